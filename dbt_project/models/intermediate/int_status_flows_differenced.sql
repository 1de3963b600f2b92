-- Production and exports of a quarter from the sums since January.
--
-- The sum begins anew in the first quarter, which is its own; any other quarter is the sum less
-- the sum of the quarter before. Where that quarter's edition is missing there is no number ('O'):
-- the sum of several quarters is not put on one of them. Suppressed stays suppressed.
select
    q.status_complex_id,
    q.period,
    {%- for flow, ytd in [
        ('production_krw_100m', 'production_ytd_krw_100m'), ('exports_usd_m', 'exports_ytd_usd_m')
    ] %}
    case
        when q.{{ ytd }}_status <> 'A' then null
        when q.period like '____-Q1' then q.{{ ytd }}
        when b.{{ ytd }}_status = 'A' then q.{{ ytd }} - b.{{ ytd }}
    end as {{ flow }},
    case
        when q.{{ ytd }}_status is null then 'O'
        when q.{{ ytd }}_status <> 'A' or q.period like '____-Q1' then q.{{ ytd }}_status
        else coalesce(b.{{ ytd }}_status, 'O')
    end as {{ flow }}_status{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_status_quarters_pivoted') }} as q
left join {{ ref('int_status_quarters_pivoted') }} as b
    on b.status_complex_id = q.status_complex_id
    and b.period = {{ previous_period('q.period') }}
