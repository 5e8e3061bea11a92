# Everything a developer runs. Each target sets up what it needs: start with `make demo`.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
DEMO := corpus/native-module/docker-rollup-no-optional

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q logdoctor
	@$(BIN)/python -c 'from logdoctor.knowledge.rules import load_book; load_book()'
	@touch $@

.venv/.ready: pyproject.toml | .venv/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: .venv/.installed ## Diagnose a real failing log and print the patch
	@echo '$$ logdoctor --project project logs/buildkit-26.1.5.log'
	@cd $(DEMO) && $(CURDIR)/$(BIN)/logdoctor --project project --exit-zero logs/buildkit-26.1.5.log

test: .venv/.ready ## Run the tests
	$(BIN)/python -m pytest -n auto --dist worksteal $(TESTS)

check: .venv/.ready ## Lint, types, architecture, rules and generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/logdoctor rules check
	$(BIN)/python -m logdoctor.faces.reference --check

format: .venv/.ready ## Format and fix what can be fixed mechanically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/.ready ## Write the generated pages of docs/ again
	$(BIN)/python -m logdoctor.faces.reference

bench: .venv/.ready ## Measure start-up, throughput and memory
	$(BIN)/python -m logdoctor.workshop.bench

corpus: .venv/.ready ## Record the corpus again with real tools
	$(BIN)/python -m logdoctor.workshop.lab record

lab: .venv/.ready ## Prove every remedy of the corpus by a second build; LAB_DOCKER=0 leaves Docker out
	$(BIN)/python -m logdoctor.workshop.lab prove

lab-sample: .venv/.ready ## Prove each case of the host with one tool and ten Docker cases, as CI does
	$(BIN)/python -m logdoctor.workshop.lab prove --sample $$(git rev-parse HEAD)

lab-fresh: .venv/.ready ## Name the proofs that are older than their case, rules or edits; runs nothing
	$(BIN)/python -m logdoctor.workshop.lab fresh

model: .venv/.ready ## Train the model that comes with the program; takes about two minutes
	$(BIN)/logdoctor train --output logdoctor/data/model.json

eval: .venv/.ready ## Measure the models on held-out cases and write the report card into docs/
	$(BIN)/python -m logdoctor.workshop.train.report_card

compare: .venv/.ready ## Try the other ways of learning on the same folds
	$(BIN)/python -m logdoctor.workshop.train.compare

clean: ## Remove what the other targets made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

.PHONY: help demo test check format docs bench corpus model eval compare lab lab-sample lab-fresh clean
