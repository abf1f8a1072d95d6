{{ config(arguments=['start_date', 'end_date'], named=named_arguments(['agent'])) }}

with {{ asked_agent() }},

{{ periods_of_cards(of_right_arguments(range_start()), range_end()) }},

{{ range_sums(
    is_filtered(), is_of_cards=true, names=['new_threads', 'messages', 'labeled_threads', 'ratings', 'score_sum']
) }},

{{ range_users(is_filtered(), is_of_cards=true) }},

{{ card_numbers() }}
