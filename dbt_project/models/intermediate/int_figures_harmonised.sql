-- What is known of the nation and of the complexes as a whole, in canonical units: figures in print
-- (the newest statement of each series, period, print, source) and what the interfaces answered.
-- figure_rank orders what is said of the same series and period: final, revised, stated,
-- preliminary, first print; what the publisher's own interface states before anything that was
-- printed about it (`is_interface`; a preliminary one stays preliminary); then the longer coverage,
-- then the newer source.
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

stated as (
    select
        f.dataset,
        f.snapshot_id,
        f.sha256,
        f.sheet,
        f.cell,
        f.series,
        f.period,
        {{ period_freq('f.period') }} as freq,
        f.value * u.factor_to_canonical as value,
        u.factor_to_canonical as unit_factor,
        u.dimension,
        f.value as published_value,
        f.unit as published_unit,
        f.print,
        f.derivation,
        f.months_covered,
        f.complexes_covered,
        f.scope_ko,
        f.scope_en,
        f.source,
        f.published_at,
        f.loaded_at,
        f.is_simulated,
        false as is_interface
    from newest as f
    left join {{ ref('units') }} as u on u.unit = f.unit
    where f.statement = 1
    union all
    select
        dataset,
        snapshot_id,
        sha256,
        sheet,
        cell,
        series,
        period,
        freq,
        value,
        -- canonical already
        1 as unit_factor,
        dimension,
        null as published_value,
        null as published_unit,
        print,
        'stated' as derivation,
        null as months_covered,
        null as complexes_covered,
        scope_ko,
        scope_en,
        source,
        published_at,
        loaded_at,
        is_simulated,
        true as is_interface
    from {{ ref('int_series_aggregated') }}
),

ranked as (
    select
        *,
        case
            when is_interface and print = 'stated' then 1
            when print = 'final' then 1
            when print = 'revised' then 2
            when print = 'stated' then 3
            when print = 'preliminary' then 4
            when print = 'first_print' then 5
            else 6
        end as print_rank
    from stated
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
    m.value,
    m.unit_factor,
    m.dimension,
    m.published_value,
    m.published_unit,
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
    m.is_interface,
    cast(row_number() over (
        partition by m.series, m.period
        order by m.print_rank, case when m.is_interface then 0 else 1 end,
            coalesce(m.months_covered, 99) desc, m.published_at desc nulls last,
            m.source, m.sheet, m.cell
    ) as integer) as figure_rank
from ranked as m
