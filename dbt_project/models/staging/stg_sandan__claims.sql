select
    cast(dataset as string) as dataset,
    cast(snapshot_id as string) as snapshot_id,
    cast(sha256 as string) as sha256,
    cast(cell as string) as cell,
    cast(claim_id as string) as claim_id,
    cast(text as string) as text,
    cast(language as string) as language,
    cast(source as string) as source,
    -- a source that is a title stands for itself in both languages
    coalesce(cast(source_ko as string), cast(source as string)) as source_ko,
    cast(claim_date as date) as claim_date,
    cast(metric as string) as metric,
    cast(scope as string) as scope,
    -- of a claim about one complex
    cast(complex_id as string) as complex_id,
    -- an empty field says the same as none: the source names no period
    nullif(cast(period as string), '') as period,
    cast(comparator as string) as comparator,
    cast(stated_value as double) as stated_value,
    cast(unit as string) as unit,
    cast(tolerance as double) as tolerance,
    cast(definition as string) as definition,
    cast(note_ko as string) as note_ko,
    cast(note_en as string) as note_en,
    cast(printed_as as string) as printed_as,
    cast(published_at as date) as published_at,
    cast(loaded_at as timestamp) as loaded_at,
    cast(is_simulated as boolean) as is_simulated
from {{ landed('claims') }} as claims
