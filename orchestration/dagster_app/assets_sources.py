"""Help desks whose records are brought in each day: an asset a source, upstream of the exports."""

import logging
from collections.abc import Iterator, Sequence

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    asset,
)

from orchestration.dagster_app.reporting import retried_where_it_may_help
from orchestration.privacy.record import Door
from orchestration.settings import Settings
from orchestration.sources.daily_import import daily_sources, import_daily
from orchestration.sources.errors import SourceError, SourceUnreachable, WrongSource
from orchestration.sources.fetching.addresses import is_api
from orchestration.sources.keeping import ImportRecord
from orchestration.sources.request import Source

logger = logging.getLogger("inbox.sources")

GROUP = "sources"
CHECK = "nothing_was_assumed_or_held_back"
OWNERS = ["team:data-engineering"]


def source_key(name: str) -> AssetKey:
    """The asset of a source."""
    return AssetKey([GROUP, name])


def source_assets(settings: Settings) -> list[AssetsDefinition | AssetSpec]:
    """An asset a source, each after what its connector has laid down.

    A file of sources that is wrong gives one asset that says so each day: what has arrived of other
    exports loads all the same.
    """
    try:
        sources = daily_sources(settings)
    except WrongSource as error:
        logger.error("%s", error)
        return [_broken(str(error))]
    return [part for source in sources for part in (_landing(source), _asset_of(source))]


def keys_of(assets: Sequence[AssetsDefinition | AssetSpec]) -> list[AssetKey]:
    """The keys of those that can be imported."""
    return [part.key for part in assets if isinstance(part, AssetsDefinition)]


def _landing(source: Source) -> AssetSpec:
    return AssetSpec(
        AssetKey(["landings", source.name]),
        description=(
            f"The API of {source.kind.title}."
            if is_api(source.where)
            else f"Where a connector lays the records of {source.kind.title} down, each day."
        ),
        group_name=GROUP,
        kinds={source.kind_name, *([source.landing] if source.landing else [])},
        owners=OWNERS,
        metadata={"where": MetadataValue.text(source.where)},
    )


def _asset_of(source: Source) -> AssetsDefinition:
    key = source_key(source.name)

    @asset(
        key=key,
        deps=[AssetKey(["landings", source.name])],
        group_name=GROUP,
        description=f"Records of {source.kind.title}, brought to export days as the source "
        f"`{source.name}`: read, kept without texts, folded by conversation.",
        kinds={"python", "duckdb", "parquet"},
        owners=OWNERS,
        check_specs=[
            AssetCheckSpec(
                CHECK,
                asset=key,
                description="The last import had to assume, repair or hold back nothing.",
            )
        ],
    )
    def bring(
        context: AssetExecutionContext, settings: ResourceParam[Settings]
    ) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
        record = _imported(context, settings, source)
        yield MaterializeResult(metadata=_metadata(record))
        yield _checked(record)

    return bring


def _imported(context: AssetExecutionContext, settings: Settings, source: Source) -> ImportRecord:
    try:
        with retried_where_it_may_help(context):
            return import_daily(settings, source, Door(settings.pseudonym_key_bytes))
    except SourceError as error:
        raise Failure(
            description=f"{source.name}: {error}",
            allow_retries=isinstance(error, SourceUnreachable),
        ) from None


def _metadata(record: ImportRecord) -> dict[str, MetadataValue]:
    counts = {
        **{f"records_{name}": count for name, count in record.records.items()},
        **{f"rows_{name}": count for name, count in record.rows.items()},
        **{name.replace(" ", "_"): count for name, count in record.counts.items()},
        "dagster/row_count": sum(record.rows.values()),
    }
    texts = {
        "export_day": str(record.day),
        "landing": record.landing,
        "missing": "\n".join(f"{name}: {lacks}" for name, lacks in record.missing.items())
        or "none",
    }
    return {
        **{name: MetadataValue.int(count) for name, count in counts.items()},
        **{name: MetadataValue.text(text) for name, text in texts.items()},
    }


def _checked(record: ImportRecord) -> AssetCheckResult:
    told = record.doubtful
    return AssetCheckResult(
        check_name=CHECK,
        passed=not told,
        severity=AssetCheckSeverity.WARN,
        description=", ".join(f"{name}: {count}" for name, count in told.items()) or "Nothing.",
        metadata={name.replace(" ", "_"): count for name, count in told.items()},
    )


def _broken(problem: str) -> AssetsDefinition:
    @asset(
        key=source_key("settings"),
        group_name=GROUP,
        description="The file INBOX_SOURCES is wrong; no source is imported until it is mended.",
        owners=OWNERS,
    )
    def tell() -> None:
        raise Failure(description=problem, allow_retries=False)

    return tell
