select
    {{ text_hash("'thread-1'") }} = {{ text_hash("'thread-1'") }} as is_equal,
    {{ text_hash("'thread-1'") }} = {{ text_hash("'thread-2'") }} as is_equal_to_other
