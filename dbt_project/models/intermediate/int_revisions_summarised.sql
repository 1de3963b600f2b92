-- Summary of revisions by series (a complex or the row 계, all industries), frequency and horizon, over the
-- quarters or months whose first print is at least that old: a figure that was never revised counts with a revision of 0.
-- A quarter whose own edition is not held has no first print here (a later edition that states it as its
-- quarter before is a later print already) and does not count.
--
-- Definitions: OECD/Eurostat Guidelines on Revisions Policy and Analysis; McKenzie and Gamba,
-- Interpreting the Results of Revision Analyses (OECD, 2008). P the first print, L the figure as it
-- stood `horizon` after it (`latest`: today), R = L − P:
--   mean_revision  Σ R / n                      MAR   Σ |R| / n          RMAR  Σ |R| / Σ |L|
--   t of bias      mean_revision / s, s the HAC standard error of Newey and West (1987) of the mean with
--                  Bartlett weights: s² = (Σ e² + 2 Σ_l (1 − l/(q+1)) Σ_t e_t e_(t−l)) / n²,
--                  e = R − mean, q = floor(4 (n/100)^(2/9)); quarters in order, missing ones closed up
--   sign changes   growth on the quarter before of first prints against that of later figures, each
--                  against the quarter before as it stood on that day
with vintages as (
    select complex_id, measure, freq, period, vintage_no, vintage, superseded_at, first_published_at,
        publication_period, value, obs_status, is_simulated
    from {{ ref('int_observations_vintaged') }}
    where begins_vintage and freq in ('Q', 'M') and industry_code = '_T' and size_class = '_T' and sex = '_T'
        and measure in ('production_krw_100m', 'exports_usd_m', 'employment_count', 'tenant_count',
            'operating_count', 'capacity_krw_100m', 'utilization_pct')
),

newest as (
    select max(published_at) as today from {{ ref('int_observations_vintaged') }}
),

horizons as (
    select '90d' as horizon, 90 as days
    union all select '180d', 180
    union all select '365d', 365
    union all select 'latest', 0
),

firsts as (
    select v.complex_id, v.measure, v.freq, v.period, v.value as first_value, v.vintage as first_day,
        h.horizon,
        case when h.horizon = 'latest' then n.today
            else {{ dbt.dateadd('day', 'h.days', 'v.vintage') }} end as later_day,
        v.is_simulated
    from vintages as v
    cross join horizons as h
    cross join newest as n
    where v.vintage_no = 1 and v.publication_period = v.period and v.obs_status = 'A'
        and (h.horizon = 'latest' or {{ dbt.dateadd('day', 'h.days', 'v.vintage') }} <= n.today)
),

paired as (
    select
        f.*,
        l.value as later_value,
        case when p.value <> 0 then sign(f.first_value - p.value) end as first_direction,
        case when q.value <> 0 then sign(l.value - q.value) end as later_direction,
        l.value - f.first_value as revision
    from firsts as f
    inner join vintages as l
        on l.complex_id = f.complex_id and l.measure = f.measure and l.period = f.period
        and l.vintage <= f.later_day and (l.superseded_at is null or l.superseded_at > f.later_day)
        and l.obs_status = 'A'
    left join vintages as p
        on p.complex_id = f.complex_id and p.measure = f.measure
        and p.period = {{ previous_period('f.period') }}
        and p.vintage <= f.first_day and (p.superseded_at is null or p.superseded_at > f.first_day)
        and p.obs_status = 'A'
    left join vintages as q
        on q.complex_id = f.complex_id and q.measure = f.measure
        and q.period = {{ previous_period('f.period') }}
        and q.vintage <= f.later_day and (q.superseded_at is null or q.superseded_at > f.later_day)
        and q.obs_status = 'A'
),

deviations as (
    select
        *,
        row_number() over (partition by complex_id, measure, freq, horizon order by period) as place,
        count(*) over (partition by complex_id, measure, freq, horizon) as n,
        revision - avg(revision) over (partition by complex_id, measure, freq, horizon) as deviation
    from paired
),

-- Σ_l (1 − l/(q+1)) Σ_t e_t e_(t−l), and Σ e²
lagged as (
    select
        a.complex_id, a.measure, a.freq, a.horizon,
        sum(a.deviation * b.deviation * case when a.place = b.place then 1
            else 2 * (1 - (a.place - b.place) / (floor(4 * power(a.n / 100.0, 2.0 / 9)) + 1)) end
            order by a.place, b.place) as long_run
    from deviations as a
    inner join deviations as b
        on b.complex_id = a.complex_id and b.measure = a.measure and b.freq = a.freq and b.horizon = a.horizon
        and b.place <= a.place
        and a.place - b.place <= floor(4 * power(a.n / 100.0, 2.0 / 9))
    group by a.complex_id, a.measure, a.freq, a.horizon
),

summed as (
    select
        complex_id, measure, freq, horizon,
        count(*) as observations,
        sum(case when revision <> 0 then 1 else 0 end) as revised,
        sum(revision order by period) / count(*) as mean_revision,
        sum(abs(revision) order by period) / count(*) as mean_absolute_revision,
        sum(abs(revision) order by period) / nullif(sum(abs(later_value) order by period), 0) * 100 as relative_mar_pct,
        sum(case when first_direction is not null and later_direction is not null then 1 else 0 end)
            as growth_pairs,
        sum(case when first_direction * later_direction < 0 then 1 else 0 end) as sign_changes,
        bool_or(is_simulated) as is_simulated
    from paired
    group by complex_id, measure, freq, horizon
)

select
    s.complex_id,
    s.measure,
    s.freq,
    s.horizon,
    cast(s.observations as integer) as observations,
    cast(s.revised as integer) as revised,
    s.mean_revision,
    s.mean_absolute_revision,
    s.relative_mar_pct,
    -- a mean that never varies, or of one quarter, has no standard error
    case when s.observations > 1 and l.long_run > 0 then sqrt(l.long_run) / s.observations end
        as hac_standard_error,
    case when s.observations > 1 and l.long_run > 0
        then s.mean_revision / (sqrt(l.long_run) / s.observations) end as bias_t,
    cast(floor(4 * power(s.observations / 100.0, 2.0 / 9)) as integer) as hac_lags,
    cast(s.growth_pairs as integer) as growth_pairs,
    cast(s.sign_changes as integer) as sign_changes,
    s.is_simulated
from summed as s
inner join lagged as l
    on l.complex_id = s.complex_id and l.measure = s.measure and l.freq = s.freq and l.horizon = s.horizon
