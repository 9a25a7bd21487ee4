# Everything a developer or an evaluator does. `make` alone prints the list.
.DEFAULT_GOAL := help
.PHONY: help setup frontend run test bench check lock-check browser format lock shots wheel clean distclean

PORT ?= 8000
PRESET ?= ali
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
# The newest Python on the path that is new enough; PYTHON=… overrides it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
TEMPLATES = $(shell find baodao -name '*.html')
COMPILE = $(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate --no-config -q
CHROMIUM = $(or $(BAODAO_CHROMIUM),/usr/bin/chromium)
export PYTHONUNBUFFERED = 1
# Where it is set, every process of a run would compile all it imports anew: seconds each.
unexport PYTHONDONTWRITEBYTECODE

help: ## 列出全部命令
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo
	@echo '  make run PORT=9000          换端口'
	@echo '  make run PRESET=luzhou      换演示数据：ali（默认）| luzhou | empty（空库，第一次打开时建管理员）'
	@echo '  make test ARGS="-k orders"  只跑一部分测试，参数原样交给 pytest'

run: setup ## 安装、建库、装演示数据并启动，Ctrl-C 全部停下
	@exec $(BIN)/baodao serve --demo --preset $(PRESET) --port $(PORT)

setup: $(VENV)/.installed frontend ## 只安装，不启动

$(VENV)/bin/uv: requirements-uv.txt
	@test -n "$(PYTHON)" || { echo '需要 Python 3.11 或更新版本（python3），没有找到。'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); echo '建不了虚拟环境：Debian、Ubuntu 请先执行 apt-get install python3-venv。'; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(VENV)/.synced: requirements-dev.txt $(VENV)/bin/uv
	@$(BIN)/uv pip sync -q --require-hashes requirements-dev.txt
	@rm -f $(VENV)/.installed
	@touch $@

$(VENV)/.installed: $(VENV)/.synced pyproject.toml hatch_build.py
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

frontend: $(VENV)/.synced ## 取前端文件（没有变化就跳过）
	@$(BIN)/python scripts/frontend.py

test: setup browser check ## 全部检查和测试，含浏览器旅程
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: setup browser ## 量速度，每个数一行；make bench ONLY=lifecycle 只量一项
	@$(BIN)/python -m bench

check: setup lock-check ## 只做静态检查
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(BIN)/djhtml --check $(TEMPLATES)
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

# Starts from the committed lock: fails when pyproject.toml moved without it,
# not when some package has a new release.
lock-check: $(VENV)/bin/uv
	@mkdir -p build && cp requirements.txt build/lock.txt && cp requirements-dev.txt build/lock-dev.txt
	@$(COMPILE) pyproject.toml -o build/lock.txt >/dev/null
	@$(COMPILE) pyproject.toml --group dev -o build/lock-dev.txt >/dev/null
	@diff -q requirements.txt build/lock.txt && diff -q requirements-dev.txt build/lock-dev.txt \
		|| { echo 'requirements*.txt 与 pyproject.toml 不一致：执行 make lock 并提交。'; exit 1; }

browser:
	@test -x $(CHROMIUM) || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk; } || { \
		echo '浏览器测试需要 Chromium 和中文字体：请让管理员执行'; \
		echo '    apt-get install chromium fonts-noto-cjk'; \
		echo '或用 BAODAO_CHROMIUM=… 指明已装好的 Chromium。'; exit 1; }

format: setup ## 整理代码和模板的格式
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-@$(BIN)/djhtml $(TEMPLATES)

lock: $(VENV)/bin/uv ## 依赖改动后重算锁文件
	$(COMPILE) pyproject.toml -o requirements.txt >/dev/null
	$(COMPILE) pyproject.toml --group dev -o requirements-dev.txt >/dev/null

shots: setup browser ## 从正在运行的产品截图（README 用）
	$(BIN)/python -m scripts.shots $(ARGS)

wheel: setup ## 打包成 dist/*.whl，前端文件在内
	rm -rf dist
	$(BIN)/uv build -q --wheel --no-build-isolation --out-dir dist

clean: ## 删除缓存、测试库和构建结果，不动数据
	rm -rf build dist var/test-pg var/test .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find baodao tests -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## 连同虚拟环境和前端文件一起删除，不动数据
	rm -rf $(VENV) node_modules baodao/ui/static/vendor
