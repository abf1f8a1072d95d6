{%- set samples = {'odd': [3, 1, 2], 'even': [10, 0.5, 3, 4], 'one': [7.25], 'none': ['null'], 'some null': ['null', 1, 2]} %}
with samples as (
    {%- for name, values in samples.items() %}
    {%- set is_last = loop.last %}
    {%- for value in values %}
    select
        '{{ name }}' as sample,
        cast({{ value }} as {{ column_type('double') }}) as seconds
    {{ 'union all' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select
    sample,
    {{ exact_quantile('seconds', 0.5) }} as median,
    {{ exact_quantile('seconds', 0.9) }} as p90
from samples
group by sample
order by sample
