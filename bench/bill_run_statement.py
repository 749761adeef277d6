"""The bill run of `bench.bill_run` as one hand-written SQL statement: the speed that a bill run is measured against.

It takes the organisation and the billing period's start and end, and writes lines with explanations, invoices with
documents and numbers, and events. Ids come from md5, because uuid5 is not at hand there.
"""

BASELINE = """
WITH sold AS (
  SELECT s.id AS subscription_id, s.account_id, s.name AS subscription_name, a.name AS account_name, e.id AS edge_id,
    e.path, e.currency, e.price_list_id, e.issuer_id, e.bill_to_account_id, e.organisation_id, g.offering_id,
    g.quantity, g.effective_from, greatest(g.effective_from, $2) AS starts, least(g.effective_to, $3) AS ends,
    md5(e.issuer_id::text || e.bill_to_account_id || e.currency || $2)::uuid AS invoice_id
  FROM edge e JOIN subscription s ON s.organisation_id = $1 AND s.path = e.path
  JOIN account a ON a.organisation_id = $1 AND a.id = s.account_id
  JOIN segment g ON g.organisation_id = $1 AND g.subscription_id = s.id AND g.recorded_to IS NULL
    AND g.status = 'active' AND g.effective_from < $3 AND (g.effective_to IS NULL OR g.effective_to > $2)
  WHERE e.organisation_id = $1),
used AS (
  SELECT subscription_id, meter, sum(quantity) AS quantity FROM usage_hour
  WHERE organisation_id = $1 AND hour >= $2 AND hour < $3 GROUP BY subscription_id, meter),
due AS (
  SELECT sold.*, p.charge, p.kind, p.description, p.model, p.version_id, coalesce(m.unit, o.unit) AS unit,
    CASE p.kind WHEN 'usage' THEN coalesce(u.quantity, 0) ELSE sold.quantity END AS base,
    coalesce(m.divisor, 1) AS divisor,
    CASE p.kind WHEN 'usage' THEN coalesce(u.quantity, 0) / m.divisor ELSE sold.quantity END AS amount_used,
    CASE p.kind WHEN 'recurring' THEN starts WHEN 'usage' THEN $2 ELSE effective_from END AS service_start,
    CASE p.kind WHEN 'recurring' THEN ends WHEN 'usage' THEN $3 ELSE effective_from END AS service_end,
    CASE p.kind WHEN 'recurring' THEN ends::date - starts::date ELSE 1 END AS share_over,
    CASE p.kind WHEN 'recurring' THEN $3::date - $2::date ELSE 1 END AS share_under
  FROM sold JOIN price_version v ON v.organisation_id = $1 AND v.price_list_id = sold.price_list_id
  JOIN price p ON p.organisation_id = $1 AND p.version_id = v.id AND p.offering_id = sold.offering_id
  JOIN offering o ON o.organisation_id = $1 AND o.id = sold.offering_id
  LEFT JOIN meter m ON m.organisation_id = $1 AND m.code = p.meter
  LEFT JOIN used u ON u.subscription_id = sold.subscription_id AND u.meter = p.meter
  WHERE p.kind <> 'one_time' OR effective_from >= $2),
walked AS (
  SELECT due.*, coalesce(w.walk, '[]') AS walk, coalesce(w.exact, (model ->> 'fee')::numeric,
    (model ->> 'unit')::numeric * amount_used) * share_over / share_under AS exact
  FROM due LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('from', below::text, 'up_to', up_to::text, 'unit', unit::text, 'flat',
        flat::text, 'quantity', inside::text, 'quantity_exact', inside::text || '/1',
        'exact', (inside * unit + flat)::text || '/1')) AS walk,
      sum(inside * unit + flat) AS exact
    FROM (SELECT below, up_to, unit, flat, least(up_to, amount_used) - below AS inside FROM (
      SELECT coalesce((t ->> 'unit')::numeric, 0) AS unit, coalesce((t ->> 'flat')::numeric, 0) AS flat,
        (t ->> 'up_to')::numeric AS up_to, coalesce(lag((t ->> 'up_to')::numeric) OVER (ORDER BY n), 0) AS below
      FROM jsonb_array_elements(model -> 'tiers') WITH ORDINALITY AS tier (t, n)) AS ladder
      WHERE below < amount_used OR below = 0) AS entered) AS w ON model ? 'tiers'),
lines AS (
  INSERT INTO billable_line (id, organisation_id, path, edge_id, edge_kind, subscription_id, account_id, offering_id,
    charge, charge_kind, description, kind, service_start, service_end, billing_start, billing_end, quantity, unit,
    amount, currency, explanation, invoice_id, recorded_at)
  SELECT md5(edge_id::text || subscription_id || charge || service_start || 'original')::uuid, organisation_id, path,
    edge_id, 'selling', subscription_id, account_id, offering_id, charge, kind, description, 'original', service_start,
    service_end, $2, $3, amount_used, unit, round(exact, 2), currency, jsonb_build_object('price', model, 'quantity',
      jsonb_build_object('numerator', base::text, 'divisor', divisor::text, 'unit', unit, 'value', amount_used::text),
      'share', share_over || '/' || share_under, 'policy', jsonb_build_object('name', 'standard', 'rounding', 'half-up',
      'proration_base', 'actual-days', 'flat_fee_at_zero', 'due', 'tier_bound', 'inclusive', 'licence_lines',
      'round-line'), 'currency', currency, 'minor_digits', 2, 'walk', walk, 'exact', exact::text || '/1', 'amount',
      round(exact, 2)::text, 'price_version', version_id::text), invoice_id, $3
  FROM walked ON CONFLICT DO NOTHING
  RETURNING id, invoice_id, subscription_id, charge, description, service_start, service_end, quantity, unit, amount,
    explanation),
written AS (
  SELECT lines.*, sold.account_name, sold.subscription_name, sold.bill_to_account_id, sold.issuer_id, sold.currency,
    row_number() OVER (PARTITION BY lines.invoice_id ORDER BY sold.subscription_name, service_start, charge) AS position
  FROM lines JOIN sold USING (subscription_id)),
billed AS (
  SELECT invoice_id, bill_to_account_id, issuer_id, currency, sum(amount) AS total, jsonb_agg(jsonb_build_object(
    'position', position, 'account_name', account_name, 'subscription_name', subscription_name, 'description',
    description, 'service_start', service_start, 'service_end', service_end, 'quantity', quantity::text, 'unit', unit,
    'unit_price', explanation #>> '{price,unit}', 'amount', amount::text, 'line_id', id) ORDER BY position) AS lines
  FROM written GROUP BY invoice_id, bill_to_account_id, issuer_id, currency),
series AS (
  UPDATE series SET last_number = last_number + (SELECT count(*) FROM billed) WHERE organisation_id = $1
  RETURNING issuer_id, prefix, last_number - (SELECT count(*) FROM billed) AS taken),
documents AS (
  SELECT b.*, a.path, root.path AS seller_path, s.prefix || lpad((s.taken + row_number() OVER (ORDER BY a.name))::text,
    6, '0') AS number, jsonb_build_object('kind', 'invoice', 'currency', b.currency, 'total', b.total::text, 'lines',
    b.lines, 'issuer', i.card, 'bill_to', jsonb_build_object('name', a.name, 'address', a.billing_address,
    'accounting_number', a.accounting_number, 'email', a.email), 'billing_period', jsonb_build_object('start', $2::date,
    'end', $3::date, 'zone', 'UTC')) AS document
  FROM billed b JOIN account a ON a.organisation_id = $1 AND a.id = b.bill_to_account_id
  JOIN issuer i ON i.organisation_id = $1 AND i.id = b.issuer_id JOIN series s ON s.issuer_id = i.id
  JOIN account root ON root.organisation_id = $1 AND root.id = i.owner_id),
invoices AS (
  INSERT INTO invoice (id, organisation_id, path, seller_path, issuer_id, bill_to_account_id, billing_start,
    billing_end, currency, total, number, issued_on, due_on, document, digest, recorded_at)
  SELECT invoice_id, $1, path, seller_path, issuer_id, bill_to_account_id, $2, $3, currency, total, number, $3::date,
    $3::date + 14, convert_to((document || jsonb_build_object('number', number))::text, 'UTF8'),
    encode(sha256(convert_to(document::text, 'UTF8')), 'hex'), $3
  FROM documents RETURNING id)
INSERT INTO event (id, organisation_id, name, subject_id, recorded_at)
SELECT gen_random_uuid(), $1, 'invoice:issued', id, $3 FROM invoices
"""
