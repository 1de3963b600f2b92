-- A share carries the breaks of the complexes' total in its period. The year after one that holds a break
-- is again unlike the one before, unless the break began the year or the figure is that of the year's end.
--
-- Of what may be said of a share, SDMX has one status, the weightiest: that it rests on a part of its
-- period (E, estimated), that an input is preliminary (P, provisional), that it stands at a break (B).
with measured as (
    select distinct d.metric, m.measure, m.kind
    from {{ ref('share_definitions') }} as d
    inner join {{ ref('claim_metrics') }} as c on c.series = d.numerator_series
    inner join {{ ref('measures') }} as m on m.measure = c.trend_measure
),

breaks as (
    select m.metric, m.kind, b.period, substr(b.period, 1, 4) as year, b.break_ids
    from {{ ref('int_breaks_listed') }} as b
    inner join measured as m on m.measure = b.measure
    where b.complex_id = '_T' and not b.is_industry and b.period like '____-Q_'
),

reached as (
    select metric, period, break_ids from breaks
    union all
    select metric, year as period, break_ids from breaks
    union all
    select metric, cast(cast(year as integer) + 1 as string) as period, break_ids
    from breaks
    where period not like '%-Q1' and kind <> 'stock'
),

listed as (
    select metric, period, {{ all_break_ids('break_ids') }} as break_ids
    from reached
    group by metric, period
)

select
    s.metric,
    s.definition,
    s.period,
    s.numerator,
    s.numerator_unit,
    s.numerator_source,
    s.denominator,
    s.denominator_unit,
    s.denominator_source,
    s.share_pct,
    s.months_covered,
    s.months_in_period,
    s.coverage,
    s.obs_status,
    case
        when s.obs_status = 'A' and s.months_covered < s.months_in_period then 'E'
        when s.obs_status = 'A' and s.is_preliminary then 'P'
        else {{ sdmx_obs_status('s.obs_status', 'b.break_ids') }}
    end as sdmx_obs_status,
    s.is_preliminary,
    b.break_ids,
    s.reason_ko,
    s.reason_en,
    s.is_simulated
from {{ ref('int_shares_computed') }} as s
left join listed as b on b.metric = s.metric and b.period = s.period
