select
    dataset,
    snapshot_id,
    sha256,
    sheet,
    cell,
    series,
    period,
    published_value as value,
    published_unit as unit,
    print,
    derivation,
    months_covered,
    complexes_covered,
    scope_ko,
    scope_en,
    source,
    published_at,
    loaded_at,
    is_simulated
from {{ ref('int_figures_harmonised') }}
-- what an interface answered stands in national_series
where not is_interface
