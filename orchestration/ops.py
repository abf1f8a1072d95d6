"""Every op that makes no asset. Each calls a plain function and reports what it says."""

from dagster import Failure, OpExecutionContext, ResourceParam, op

from orchestration import erasure
from orchestration.assets.reporting import WAREHOUSE_POOL
from orchestration.publishing.targets import NotDelivered
from orchestration.settings import Settings


@op(pool=WAREHOUSE_POOL)
def finish_erasures(context: OpExecutionContext, settings: ResourceParam[Settings]) -> None:
    """Takes every user whose erasure was begun out of all that the pipeline keeps."""
    try:
        done = erasure.finish(settings)
    except (erasure.ErasureUnfinished, NotDelivered) as error:
        raise Failure(description=str(error), allow_retries=False) from None
    context.add_output_metadata(
        {
            "rows_made_anonymous": done.rows,
            "export_files_with_them": len(done.export_files),
        }
    )
