"""Which intent a message has: a logistic regression on the sentence vector, stored as plain numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.known import Known
from engine.linear import Linear, fit

RANKING = 60  # how many intents are named with their probability: the worker's judgement may raise a low one


def feature_of(message: Message) -> NDArray[np.float32]:
    """The sentence feature that engine.featurizer attached."""
    _, sentence = message.get_dense_features(TEXT)
    return np.asarray(sentence.features, dtype=np.float32).reshape(-1)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntent(IntentClassifier, GraphComponent):
    """Gives every message an intent, its probability and a ranking."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 0.1}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Linear | None = None,
        known: Known | None = None,
    ) -> None:
        self.C = float(config["C"])
        self.model_storage = model_storage
        self.resource = resource
        self.model = model
        self.known = known

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntent:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntent:
        with model_storage.read_from(resource) as folder:
            model, known = Linear.read(folder / "intent.npz"), Known.read(folder / "known.npz")
        return cls(config, model_storage, resource, model, known)

    def train(self, training_data: TrainingData) -> Resource:
        messages = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
        features = np.stack([feature_of(message) for message in messages])
        labels = [str(message.get(INTENT)) for message in messages]
        self.model, self.known = fit(features, labels, self.C), Known.of(features, labels)
        with self.model_storage.write_to(self.resource) as folder:
            self.model.write(folder / "intent.npz")
            self.known.write(folder / "known.npz")
        return self.resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self.model is None or self.known is None:
            raise RuntimeError("the intent classifier is not trained")
        for message in messages:
            feature = feature_of(message)
            ranked = self.known.ranked(feature, self.model.rank(feature, RANKING))
            ranking = [{"name": name, "confidence": confidence} for name, confidence in ranked]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
