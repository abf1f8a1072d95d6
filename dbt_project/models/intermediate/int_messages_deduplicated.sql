{{ latest_records(ref('stg_inbox__messages'), 'message_id', 'version_at') }},

final as (
    select
        message_id,
        thread_id,
        author_id,
        author_type,
        body_length,
        is_private,
        {{ is_counted_message('author_type', 'is_private') }} as is_counted,
        sent_at,
        {{ local_date('sent_at') }} as sent_date
    from latest_records
    where deleted_at is null
)

select * from final
