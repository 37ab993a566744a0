"""Where things are, and where assembled and trained files go."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent  # dialogues/
NLU_DATA = ROOT.parent / "nlu_data"
DOMAIN = ROOT / "domain"
RULES = ROOT / "rules"
TEXTS = ROOT / "texts"
OWN_NLU = ROOT / "nlu"
DIRECTORY = ROOT / "directory"
CONFIG = ROOT / "config.yml"
BUILD = ROOT / "build"
MODELS = ROOT / "models"
MODEL = MODELS / "engine.tar.gz"
STAMP = MODELS / "engine.json"

LANGUAGES = ("en", "sq", "bcms", "ro")
