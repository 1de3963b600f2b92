-- Overlaps at a break: the first edition of the period of the break that also states the period before
-- anew, on its new basis (a quarterly edition the quarter, a monthly one the month).
--
-- `value` and `base_value` are what that edition says of both periods, on the new basis;
-- `base_before` is what was said last of the period before on the old one: base_value / base_before is
-- the link between the two bases. An edition counts as stating a measure anew where it changes, of the
-- complexes that the break concerns, at least half of the figures of the period before; there a figure
-- that stays the same is an overlap as well, with a link of one. Fewer are revisions, which say nothing of
-- the new basis. The row 계 changes with any of its complexes, or with which they are, so it counts for
-- itself alone: where it was changed.
-- Only what growth is computed of is here.
with statements as (
    select
        p.snapshot_id,
        p.complex_id,
        p.industry_code,
        p.measure,
        c.kind,
        c.freq,
        c.period,
        p.period as base_period,
        c.value,
        p.value as base_value,
        p.vintage_no,
        p.begins_vintage,
        c.published_at,
        c.loaded_at,
        c.table_no,
        -- of those of which something had been said
        avg(case when p.complex_id = '_T' or (p.begins_vintage and p.vintage_no = 1) then null
            when p.begins_vintage then 1.0 else 0.0 end)
            over (partition by p.snapshot_id, p.measure) as share_anew
    from {{ ref('int_observations_vintaged') }} as p
    inner join {{ ref('int_observations_vintaged') }} as c
        on c.snapshot_id = p.snapshot_id
        and c.table_id = p.table_id
        and c.complex_id = p.complex_id
        and c.industry_code = p.industry_code
        and c.measure = p.measure
        and c.sex = p.sex
        and c.size_class = p.size_class
    inner join {{ ref('int_breaks_listed') }} as x
        on x.complex_id = c.complex_id
        and x.is_industry = (c.industry_code <> '_T')
        and x.measure = c.measure
        and x.period = c.period
    where p.relation = 'previous' and c.relation = 'current' and c.freq = p.freq
        and p.period = {{ previous_period('c.period') }} and p.measure in ({{ growth_measures() }})
        and p.sex = '_T' and p.size_class = '_T' and p.vintage_no is not null
        and p.obs_status = 'A' and c.obs_status = 'A' and p.value > 0 and c.value > 0
),

linked as (
    select
        s.*,
        case when s.begins_vintage then b.value else s.base_value end as base_before,
        row_number() over (
            partition by s.complex_id, s.industry_code, s.measure, s.freq, s.period
            order by s.published_at, s.loaded_at, s.table_no, s.snapshot_id
        ) as place
    from statements as s
    -- what was said of the period before, until this edition
    left join {{ ref('int_observations_vintaged') }} as b
        on s.begins_vintage
        and b.begins_vintage
        and b.complex_id = s.complex_id
        and b.industry_code = s.industry_code
        and b.measure = s.measure
        and b.sex = '_T'
        and b.size_class = '_T'
        and b.freq = s.freq
        and b.period = s.base_period
        and b.vintage_no = s.vintage_no - 1
        and b.obs_status = 'A'
    where case when s.complex_id = '_T' then s.begins_vintage else s.share_anew >= 0.5 end
        and (not s.begins_vintage or s.vintage_no > 1)
)

select
    complex_id,
    industry_code,
    measure,
    kind,
    freq,
    period,
    base_period,
    value,
    base_value,
    case when base_before > 0 then base_before end as base_before
from linked
where place = 1
