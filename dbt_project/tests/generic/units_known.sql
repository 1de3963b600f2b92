{#- Every unit as printed is one that seeds/units.csv knows for the dimension it is used in.
    Otherwise a number would be lost or a thousand times too large: the build stops. -#}
{% test units_known(model, unit_column, factor_column) %}
select {{ unit_column }} as unknown_unit, count(*) as row_count
from {{ model }}
where {{ factor_column }} is null
group by {{ unit_column }}
{% endtest %}
