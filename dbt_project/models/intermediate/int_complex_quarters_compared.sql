-- The grid of the KPIs: every complex and quarter in which it is published or should be, with the
-- quarter before, the same quarter a year ago, the publisher's own total and the exchange rate.
-- '_T' is the publisher's row 계.
with quarters as (
    select period, bool_or(is_simulated) as is_simulated
    from {{ ref('int_complex_quarters_pivoted') }}
    group by period
),

expected as (
    select c.complex_id, q.period
    from {{ ref('complexes') }} as c
    inner join quarters as q
        on (c.published_from is null or {{ as_quarter('c.published_from') }} <= q.period)
        and (c.published_until is null or {{ as_quarter('c.published_until', 'last') }} >= q.period)
    -- a complex that has left is expected only by a build that has met it
    where c.published_until is null
        or c.complex_id in (select complex_id from {{ ref('int_complex_quarters_pivoted') }})
    union
    select '_T' as complex_id, period from quarters
    union
    select complex_id, period from {{ ref('int_complex_quarters_pivoted') }}
),

grid as (
    select
        e.complex_id,
        e.period,
        {{ previous_period('e.period') }} as previous_period,
        {{ year_ago_period('e.period') }} as year_ago_period,
        q.is_simulated as period_is_simulated
    from expected as e
    inner join quarters as q on q.period = e.period
),

rates as (
    select period, value, is_simulated
    from {{ ref('int_figures_harmonised') }}
    where series = 'krw_per_usd' and figure_rank = 1
)

{%- set compared = [
    ('production_krw_100m', 'production'),
    ('exports_usd_m', 'exports'),
    ('employment_count', 'employment'),
] %}
select
    g.complex_id,
    g.period,
    g.previous_period,
    g.year_ago_period,
    {%- for column in quarter_columns() + size_columns() %}
    c.{{ column.name }},
    c.{{ column.name }}_status,
    {%- endfor %}
    {%- for column, name in compared %}
    previous.{{ column }} as previous_{{ name }},
    previous.{{ column }}_status as previous_{{ name }}_status,
    year_ago.{{ column }} as year_ago_{{ name }},
    year_ago.{{ column }}_status as year_ago_{{ name }}_status,
    total.{{ column }} as total_{{ name }},
    total.{{ column }}_status as total_{{ name }}_status,
    {%- endfor %}
    -- absent (status M) is nobody: what is asked for is employment less non-manufacturing
    case when nonmfg.employment_count_status = 'M' then 0 else nonmfg.employment_count end
        as nonmfg_employment,
    case when nonmfg.employment_count_status = 'M' then 'A' else nonmfg.employment_count_status end
        as nonmfg_employment_status,
    rates.value as krw_per_usd,
    coalesce(c.is_simulated, g.period_is_simulated) as is_simulated,
    coalesce(previous.is_simulated, false) as previous_is_simulated,
    coalesce(year_ago.is_simulated, false) as year_ago_is_simulated,
    coalesce(total.is_simulated, false) as total_is_simulated,
    coalesce(rates.is_simulated, false) as rate_is_simulated
from grid as g
left join {{ ref('int_complex_quarters_pivoted') }} as c
    on c.complex_id = g.complex_id and c.period = g.period
left join {{ ref('int_complex_quarters_pivoted') }} as previous
    on previous.complex_id = g.complex_id and previous.period = g.previous_period
left join {{ ref('int_complex_quarters_pivoted') }} as year_ago
    on year_ago.complex_id = g.complex_id and year_ago.period = g.year_ago_period
left join {{ ref('int_complex_quarters_pivoted') }} as total
    on total.complex_id = '_T' and total.period = g.period
left join {{ ref('int_industry_quarters_pivoted') }} as nonmfg
    on nonmfg.complex_id = g.complex_id and nonmfg.period = g.period
    and nonmfg.industry_code = 'NONMFG'
left join rates on rates.period = g.period
