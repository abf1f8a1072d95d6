"""Every op that makes no asset. Each calls a plain function and reports what it says."""

from dagster import Failure, OpExecutionContext, ResourceParam, op

from orchestration import erasure
from orchestration.settings import Settings


@op
def finish_erasures(context: OpExecutionContext, settings: ResourceParam[Settings]) -> None:
    """Takes every user whose erasure was begun out of all that the pipeline keeps."""
    try:
        done = erasure.finish(settings)
    except erasure.ErasureUnfinished as error:
        raise Failure(description=str(error), allow_retries=False) from None
    context.add_output_metadata(
        {
            "rows_made_anonymous": done.rows,
            "export_files_with_them": len(done.export_files),
        }
    )
