-- What a later vintage changed: one row an observation and later vintage, against the first print and
-- against the vintage before. A revision is later minus earlier (OECD/Eurostat Guidelines on Revisions
-- Policy and Analysis). `is_from_first_print`: what it is held against was stated by the period's own
-- edition; else that edition is not held, and the earliest print held is a later one already.
--
-- The cause is that of the step from the vintage before, told by the data alone, the first that fits:
--   suppression                 a figure was suppressed, or shown again
--   publisher_fault             the vintage before was off by a power of ten, or this one goes back to
--                               what had been said before it
--   sample_or_coverage_change,  a figure of before a registered break, restated by an edition at or after
--   reclassification            that break
--   reclassification            an industry's figure changed and its total over industries did not
--   annual_revision             the period's own edition was issued again (연간보정): 90 days after
--                               the first print or later, or that of a year's end with a tenth of its
--                               figures changed
--   correction                  issued again otherwise, or restated by a following edition as its
--                               quarter (month) before
--   unexplained                 none of these
with vintages as (
    select
        complex_id, industry_code, size_class, sex, measure, period, freq, unit,
        vintage_no, vintage, first_published_at, value, obs_status, relation, publication_period,
        snapshot_id, is_simulated,
        first_value(value) over observation as first_value,
        first_value(obs_status) over observation as first_value_status,
        first_value(publication_period) over observation = period as is_from_first_print,
        lag(value) over observation as previous_value,
        lag(obs_status) over observation as previous_status,
        lag(value, 2) over observation as earlier_value,
        lag(obs_status, 2) over observation as earlier_status
    from {{ ref('int_observations_vintaged') }}
    where begins_vintage
    window observation as (
        partition by complex_id, industry_code, size_class, sex, measure, period, freq
        order by vintage_no
    )
),

revised as (
    select
        *,
        {{ dbt.datediff('first_published_at', 'vintage', 'day') }} as horizon_days,
        case when obs_status = 'A' and previous_status = 'A' and value > 0 and previous_value > 0
            then log10(value / previous_value) end as decades
    from vintages
    where vintage_no > 1
),

-- how much of an edition was new
editions as (
    select
        snapshot_id,
        avg(case when begins_vintage and vintage_no > 1 then 1.0 else 0.0 end) as revised_share
    from {{ ref('int_observations_vintaged') }}
    where vintage_no is not null
    group by snapshot_id
),

broken as (
    select
        r.complex_id, r.industry_code, r.size_class, r.sex, r.measure, r.period, r.vintage_no,
        min(case when b.is_reclassification then 1 else 0 end) = 1 as is_reclassification
    from revised as r
    inner join {{ ref('int_breaks_listed') }} as b
        on b.complex_id = r.complex_id
        and b.is_industry = (r.industry_code <> '_T')
        and b.measure = r.measure
        -- restated for the first time by an edition at or after the break: the vintage before is older
        and case
            when b.period like '____-Q_'
                then b.period > {{ as_quarter('r.period') }}
                    and b.period = {{ as_quarter('r.publication_period') }}
            -- within a quarter: a month of before the break, restated by the edition of the break's month
            else r.freq = 'M' and b.period > r.period and b.period = r.publication_period
        end
    group by r.complex_id, r.industry_code, r.size_class, r.sex, r.measure, r.period, r.vintage_no
),

totals as (
    select distinct complex_id, size_class, sex, measure, period, freq, vintage
    from vintages
    where industry_code = '_T'
)

select
    r.complex_id,
    r.industry_code,
    r.size_class,
    r.sex,
    r.measure,
    r.period,
    r.freq,
    r.unit,
    r.vintage_no,
    r.first_published_at,
    r.vintage,
    cast(r.horizon_days as integer) as horizon_days,
    r.vintage_no - 1 as vintage_step,
    r.first_value,
    r.first_value_status,
    r.is_from_first_print,
    r.previous_value,
    r.previous_status as previous_value_status,
    r.value,
    r.obs_status,
    r.value - r.first_value as revision,
    case when r.first_value <> 0 then (r.value - r.first_value) / abs(r.first_value) * 100 end as revision_pct,
    r.value - r.previous_value as step_revision,
    case when r.previous_value <> 0
        then (r.value - r.previous_value) / abs(r.previous_value) * 100 end as step_revision_pct,
    case
        when r.obs_status <> r.previous_status and 'Q' in (r.obs_status, r.previous_status)
            then 'suppression'
        when abs(r.decades) > 0.9 and abs(r.decades - round(r.decades)) < 0.005 then 'publisher_fault'
        when r.obs_status = r.earlier_status and (r.value = r.earlier_value or r.obs_status <> 'A')
            then 'publisher_fault'
        when b.is_reclassification then 'reclassification'
        when not b.is_reclassification then 'sample_or_coverage_change'
        when r.industry_code <> '_T' and t.vintage is null and known.complex_id is not null
            then 'reclassification'
        when r.relation <> 'previous' and r.publication_period = r.period
            then case
                when r.horizon_days >= 90 then 'annual_revision'
                when (r.period like '____-Q4' or r.period like '____-12') and e.revised_share >= 0.1
                    then 'annual_revision'
                else 'correction'
            end
        when r.relation = 'previous' then 'correction'
        else 'unexplained'
    end as cause,
    r.snapshot_id,
    r.is_simulated
from revised as r
left join editions as e on e.snapshot_id = r.snapshot_id
left join broken as b
    on b.complex_id = r.complex_id and b.industry_code = r.industry_code
    and b.size_class = r.size_class and b.sex = r.sex and b.measure = r.measure
    and b.period = r.period and b.vintage_no = r.vintage_no
left join totals as t
    on t.complex_id = r.complex_id and t.size_class = r.size_class and t.sex = r.sex
    and t.measure = r.measure and t.period = r.period and t.freq = r.freq and t.vintage = r.vintage
left join (
    select distinct complex_id, size_class, sex, measure, period, freq from totals
) as known
    on known.complex_id = r.complex_id and known.size_class = r.size_class and known.sex = r.sex
    and known.measure = r.measure and known.period = r.period and known.freq = r.freq
