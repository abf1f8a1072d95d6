{#- Passes where a mart of labels holds each conversation and label once. -#}
{% test labels_sum_to_facts(model) %}
with sums as (
    select
        (select count(*) from {{ ref('fct_thread_labels') }}) as expected_sum,
        (select coalesce(sum(new_threads), 0) from {{ model }}) as actual_sum
)

select * from sums
where expected_sum <> actual_sum
{% endtest %}
