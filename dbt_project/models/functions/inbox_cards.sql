{{ config(arguments=['start_date', 'end_date']) }}

{{ card_numbers(range_start(), range_end()) }}
