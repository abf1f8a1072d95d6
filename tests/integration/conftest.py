"""What several files of whole runs start from."""

from __future__ import annotations

import pytest

from orchestration import pipeline
from orchestration.settings import PROJECT_ROOT, Settings, load_settings


@pytest.fixture(scope="session")
def published_sample(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The bundled sample, published; to be read only."""
    settings = load_settings(
        exports=PROJECT_ROOT / "sample" / "exports",
        home=tmp_path_factory.mktemp("published-sample"),
        timezone="Europe/Warsaw",
    )
    assert pipeline.run(settings).failures == []
    return settings
