select
    {{ sql_text("it's a \\ and a 'quote'") }} as text_value,
    cast(1 as {{ column_type('double') }}) / 3 as a_third,
    cast(1 as {{ column_type('double precision') }}) / 3 as another_third,
    cast(9007199254740993 as {{ column_type('bigint') }}) as a_number,
    cast('2024-01-01' as {{ column_type('date') }}) as a_date,
    cast({{ sql_text('true') }} as {{ column_type('boolean') }}) as a_flag,
    cast(null as {{ column_type('varchar') }}) as no_text
