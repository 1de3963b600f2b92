{#- Every landed measure is one of seeds/measures.csv. -#}
{% test measures_known(model) %}
select landed_measure, count(*) as row_count
from {{ model }}
where measure is null
group by landed_measure
{% endtest %}
