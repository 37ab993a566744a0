# gateway, worker, console and doctor: one image, the role is the command. Built from the repository's root.
FROM python:3.12.12-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.9
COPY bot/requirements.lock ./
RUN uv venv /opt/venv \
    && VIRTUAL_ENV=/opt/venv uv pip install --no-cache --compile-bytecode --require-hashes -r requirements.lock
COPY bot /hotline/bot
COPY escalation /hotline/escalation
COPY nlu_data/danger/rules /hotline/nlu_data/danger/rules
COPY nlu_data/encoder /hotline/nlu_data/encoder
COPY dialogues/directory /hotline/dialogues/directory
COPY dialogues/texts /hotline/dialogues/texts
RUN /opt/venv/bin/python -m compileall -q /hotline/bot /hotline/escalation \
    && printf '#!/bin/sh\nexec python -m bot "$@"\n' > /opt/venv/bin/hotline && chmod 755 /opt/venv/bin/hotline

FROM python:3.12.12-slim-bookworm
COPY --from=build /opt/venv /opt/venv
COPY --from=build /hotline /hotline
# The volume of staff accounts takes its owner from here.
RUN mkdir -m 700 /staff && chown 10001:10001 /staff
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/hotline PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /hotline
USER 10001:10001
ENTRYPOINT ["python", "-m", "bot"]
