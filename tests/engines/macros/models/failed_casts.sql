with words as (
    select 'no number' as word
)

select cast(word as {{ column_type('bigint') }}) as a_number
from words
