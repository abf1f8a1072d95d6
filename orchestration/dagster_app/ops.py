"""Every op that makes no asset. Each calls a plain function and reports what it says."""

from dagster import Failure, OpExecutionContext, ResourceParam, op

from orchestration.dagster_app.forgetting import forget_rejected
from orchestration.dagster_app.reporting import WAREHOUSE_POOL
from orchestration.privacy import erasure
from orchestration.publishing.targets import NotDelivered
from orchestration.settings import Settings


@op(pool=WAREHOUSE_POOL)
def finish_erasures(context: OpExecutionContext, settings: ResourceParam[Settings]) -> None:
    """Takes every user whose erasure was begun out of all that the pipeline keeps, and looks."""
    try:
        done = erasure.finish(settings)
    except (erasure.ErasureUnfinished, NotDelivered) as error:
        raise Failure(description=str(error), allow_retries=False) from None
    forget_rejected(context.instance)
    search = erasure.prove_all(settings)
    context.add_output_metadata(
        {
            "rows_made_anonymous": done.rows,
            "export_files_with_them": "\n".join(f"{day}/{name}" for day, name in done.export_files)
            or "none",
            "search": str(search),
        }
    )
    if not search.is_clean:
        places = [f"Found: {place}" for place in search.found]
        places += [f"Not searched: {place}" for place in search.not_searched]
        raise Failure(description="\n".join([erasure.LEFT, *places]), allow_retries=False)
