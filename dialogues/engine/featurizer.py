"""The sentence vector as a Rasa feature: centred on the training examples and scaled.

In a turn the vector comes with the message and there is no text. Only training and `test` embed texts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.embedding import embed, normalise
from engine.vectors import vectors_of

VECTOR = "vector"  # the key in a message's metadata


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVector(DenseFeaturizer, GraphComponent):
    """Adds one dense sentence feature to each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "scale": 20.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if float(config["scale"]) <= 0:
            raise ValueError("config.yml: the scale of SentenceVector must be above 0")

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        mean: NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__(name, config)
        self.scale = float(config["scale"])
        self.model_storage = model_storage
        self.resource = resource
        self.mean = mean

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVector:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceVector:
        with model_storage.read_from(resource) as folder:
            mean = np.load(folder / "mean.npy")
        return cls(config, execution_context.node_name, model_storage, resource, mean)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the mean of the examples."""
        texts = [message.get(TEXT) for message in training_data.training_examples if message.get(TEXT)]
        self.mean = vectors_of(texts).mean(axis=0)
        with self.model_storage.write_to(self.resource) as folder:
            np.save(folder / "mean.npy", self.mean)
        return self.resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        for message, vector in zip(messages, vectors_of([m.get(TEXT) for m in messages]), strict=True):
            self.add(message, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            vector = (message.get("metadata") or {}).get(VECTOR)
            if vector is None:
                vector = embed(normalise(message.get(TEXT) or ""))
            self.add(message, np.asarray(vector, dtype=np.float32))
        return messages

    def add(self, message: Message, vector: NDArray[np.float32]) -> None:
        """Centre, scale, attach."""
        if self.mean is None:
            raise RuntimeError("the sentence vectors are not centred yet: the model is not trained")
        feature = ((vector - self.mean) * self.scale).reshape(1, -1)
        self.add_features_to_message(None, feature, TEXT, message)
