-- Figures published elsewhere, newest statement of each (series, period, print, source), in
-- canonical units. figure_rank orders what is said of the same series and period: final, revised,
-- stated, preliminary, first print; then the longer coverage, then the newer source.
with newest as (
    select
        *,
        row_number() over (
            partition by series, period, print, source
            -- the vintage stands in the snapshot's name: <dataset>/<period>/<vintage>_<sha8>
            order by {{ dbt.split_part('snapshot_id', "'/'", 3) }} desc, loaded_at desc,
                snapshot_id desc, sheet, cell
        ) as statement
    from {{ ref('stg_sandan__published_figures') }}
),

measured as (
    select
        f.*,
        {{ period_freq('f.period') }} as freq,
        u.dimension,
        u.factor_to_canonical as unit_factor,
        f.value * u.factor_to_canonical as canonical_value,
        case f.print
            when 'final' then 1
            when 'revised' then 2
            when 'stated' then 3
            when 'preliminary' then 4
            when 'first_print' then 5
            else 6
        end as print_rank
    from newest as f
    left join {{ ref('units') }} as u on u.unit = f.unit
    where f.statement = 1
)

select
    m.dataset,
    m.snapshot_id,
    m.sha256,
    m.sheet,
    m.cell,
    m.series,
    m.period,
    m.freq,
    m.canonical_value as value,
    m.unit_factor,
    m.dimension,
    m.value as published_value,
    m.unit as published_unit,
    m.print,
    m.derivation,
    m.months_covered,
    m.complexes_covered,
    m.scope_ko,
    m.scope_en,
    m.source,
    m.published_at,
    m.loaded_at,
    m.is_simulated,
    cast(row_number() over (
        partition by m.series, m.period
        order by m.print_rank, coalesce(m.months_covered, 99) desc, m.published_at desc nulls last,
            m.source, m.sheet, m.cell
    ) as integer) as figure_rank
from measured as m
