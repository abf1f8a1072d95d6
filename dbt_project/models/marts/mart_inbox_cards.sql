{{ card_numbers(
    'cast(' ~ dbt.dateadd('day', -29, 'as_of_date') ~ ' as date)',
    'as_of_date'
) }}
