# make run   install what is missing, train if stale, start everything on this machine
# make test  everything the project promises, on the real store, engine and browser
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
UVX := $(abspath $(UV))
PY := .venv/bin/python
ENGINE_PY := dialogues/.venv/bin/python
ROOT_STAMP := .venv/.installed
ENGINE_STAMP := dialogues/.venv/.installed
TUNE_STAMP := .tune/.installed
TUNING := escalation/danger/tuning

.PHONY: help install run practice test check format bench train tune lock clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

.tools/bin/uv:
	@echo "· bringing uv (Python's package installer) into .tools/"
	@command -v python3 >/dev/null || { echo "No python3 on this machine. Install Python 3.10 and 3.12 first (Debian: apt install python3; or pyenv install 3.10 3.12)."; exit 1; }
	@python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore --upgrade --target .tools/lib uv || { echo "pip could not install uv. Install it yourself (pip install uv) and run make again."; exit 1; }
	@mkdir -p .tools/bin && ln -sf ../lib/bin/uv .tools/bin/uv

$(ROOT_STAMP): requirements.lock pyproject.toml .python-version | $(UV)
	@echo "· installing the hotline (Python $$(cat .python-version))"
	@$(UV) venv --quiet --allow-existing --python "$$(cat .python-version)" .venv || { echo "Python $$(cat .python-version) was not found. Install it (for example: pyenv install $$(cat .python-version), or uv python install $$(cat .python-version)) and run make again."; exit 1; }
	@$(UV) pip sync --quiet --python .venv --require-hashes requirements.lock
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@touch $@

$(ENGINE_STAMP): dialogues/requirements.lock dialogues/pyproject.toml dialogues/.python-version | $(UV)
	@echo "· installing the dialogue engine (Rasa, Python $$(cat dialogues/.python-version)): about 600 MB"
	@cd dialogues && $(UVX) venv --quiet --allow-existing --python "$$(cat .python-version)" .venv || { echo "Python $$(cat dialogues/.python-version) was not found, and Rasa 3.6 runs on no newer one. Install it (for example: pyenv install $$(cat dialogues/.python-version), or uv python install $$(cat dialogues/.python-version)) and run make again."; exit 1; }
	@cd dialogues && $(UVX) pip sync --quiet --python .venv --require-hashes requirements.lock
	@touch $@

$(TUNE_STAMP): $(TUNING)/requirements.lock | $(UV)
	@echo "· installing torch, which only tuning needs"
	@$(UV) venv --quiet --allow-existing --python "$$(cat .python-version)" .tune
	@$(UV) pip sync --quiet --python .tune --require-hashes $(TUNING)/requirements.lock
	@touch $@

install: $(ROOT_STAMP) $(ENGINE_STAMP) ## both environments, from the hashed lock files

train: install ## the dialogue model and the danger classifier, if their data changed
	@.venv/bin/hotline content train --if-stale

tune: $(ROOT_STAMP) $(TUNE_STAMP) ## the encoder's upper layers, anew from all danger data: developers, half an hour or more, 3 GB of torch
	@PYTHONPATH=. .tune/bin/python -m escalation.danger.tuning

run: train ## everything on this machine, with a phone to text from and a counsellor console
	@exec .venv/bin/hotline run --demo

practice: train ## made-up young people for new counsellors, apart from real cases
	@exec .venv/bin/hotline practice

check: $(ROOT_STAMP) ## format, lint and types
	@.venv/bin/ruff format --check bot escalation tests
	@.venv/bin/ruff check bot escalation tests
	@.venv/bin/mypy

format: $(ROOT_STAMP) ## put the code in the house's form
	@.venv/bin/ruff format bot escalation tests
	@.venv/bin/ruff check --fix bot escalation tests

test: train ## all tests: store, engine, model and browser are real
	@cd dialogues && .venv/bin/python -m pytest
	@$(PY) -m pytest

bench: train ## how fast, how big: beside the same model behind Rasa's own server
	@$(PY) -m tests.bench

lock: | $(UV) ## write the lock files again
	@$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.12 --extra dev pyproject.toml -o requirements.lock
	@$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.12 --constraint requirements.lock --custom-compile-command "make lock" pyproject.toml -o bot/requirements.lock
	@$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.12 $(TUNING)/requirements.in -o $(TUNING)/requirements.lock
	@cd dialogues && $(UVX) pip compile --quiet --universal --generate-hashes --override overrides.txt --python-version 3.10 --extra dev pyproject.toml -o requirements.lock

clean: ## remove what was installed and trained
	@rm -rf .venv .tune dialogues/.venv dialogues/models dialogues/build .tools
