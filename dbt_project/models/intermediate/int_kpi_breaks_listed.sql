-- The breaks that a KPI carries: those of its inputs in its quarter, of the complex and, where it is held
-- against all complexes, of the row 계; for growth on the year before, those of the four quarters between;
-- for growth of a quarter that was restated for the break behind it, that one.
with inputs as (
    select distinct k.kpi, k.is_by_industry, k.is_held_against_total, k.comparison, m.measure
    from {{ ref('kpis') }} as k
    inner join {{ ref('measures') }} as m on ';' || k.input_measures || ';' like '%;' || m.measure || ';%'
),

quarters as (
    select complex_id, is_industry, measure, period, break_ids
    from {{ ref('int_breaks_listed') }}
    where period like '____-Q_'
),

own as (
    select q.complex_id, i.kpi, i.comparison, q.period, q.break_ids
    from quarters as q
    inner join inputs as i on i.measure = q.measure and i.is_by_industry = q.is_industry
    union all
    select c.complex_id, i.kpi, i.comparison, q.period, q.break_ids
    from quarters as q
    inner join inputs as i
        on i.measure = q.measure and i.is_by_industry = q.is_industry and i.is_held_against_total
    cross join {{ ref('complexes') }} as c
    where q.complex_id = '_T'
),

reached as (
    select complex_id, kpi, period, break_ids from own
    {%- set later = {'period': 'period'} %}
    {%- for step in range(3) %}
    {%- do later.update({'period': next_quarter(later.period)}) %}
    union all
    select complex_id, kpi, {{ later.period }} as period, break_ids from own where comparison = 'yoy'
    {%- endfor %}
    union all
    select g.complex_id, i.kpi, g.period, g.restated_for as break_ids
    from {{ ref('int_growth_computed') }} as g
    inner join inputs as i on i.measure = g.measure and i.comparison = g.comparison
    where g.restated_for is not null and g.industry_code = '_T'
)

select complex_id, kpi, period, {{ all_break_ids('break_ids') }} as break_ids
from reached
group by complex_id, kpi, period
