# gateway, worker and console: one image, the role is the command.
FROM python:3.12-slim
WORKDIR /hotline
RUN pip install --no-cache-dir uv
COPY requirements.lock pyproject.toml README.md ./
RUN uv pip install --system --no-cache --require-hashes -r requirements.lock
COPY bot bot
COPY escalation escalation
COPY nlu_data/danger/rules nlu_data/danger/rules
COPY nlu_data/encoder nlu_data/encoder
COPY dialogues/directory dialogues/directory
COPY dialogues/texts dialogues/texts
RUN useradd --system --no-create-home hotline && mkdir -m 700 /staff && chown hotline /staff
USER hotline
ENTRYPOINT ["python", "-m", "bot"]
