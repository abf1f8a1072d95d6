with export_days as (
    select * from {{ ref('stg_inbox__export_days') }}
),

export_files as (
    select * from {{ ref('stg_inbox__export_files') }}
),

file_counts as (
    select
        export_date,
        count(*) as files,
        sum(rows_read) as rows_read,
        sum(rows_loaded) as rows_loaded,
        sum(rows_rejected) as rows_rejected
    from export_files
    group by export_date
),

final as (
    select
        export_days.export_date,
        cast(coalesce(file_counts.files, 0) as bigint) as files,
        cast(coalesce(file_counts.rows_read, 0) as bigint) as rows_read,
        cast(coalesce(file_counts.rows_loaded, 0) as bigint) as rows_loaded,
        cast(coalesce(file_counts.rows_rejected, 0) as bigint) as rows_rejected
    from export_days
    left join file_counts on export_days.export_date = file_counts.export_date
)

select * from final
