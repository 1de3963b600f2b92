{#- Exactly one row a key holds now. -#}
{% test one_latest_row(model, key) %}
select {{ key | join(', ') }}, count(*) filter (where is_latest) as latest_rows
from {{ model }}
group by {{ key | join(', ') }}
having count(*) filter (where is_latest) <> 1
{% endtest %}
