insert into meta ("key", value)
 values ('notify_after', '0') on conflict ("key") do update set value = excluded.value;
insert into meta ("key", value)
 values ('token_key', '1630deb1a1561d2ace690a37d6696a637826f3cd465dc31eda93097ef17e5c7a') on conflict ("key") do update set value = excluded.value;
insert into version (id, hash, files, created_at, live_at)
 values (1, '03ada50a12f2088d67f61bdd97a5a78219cca39e56db9edae08376d5c93b7fc0', '{"flows/_bot.yaml":"bot: Test\ndefaults: {loop_guard: 1000/1h}\n","flows/later.yaml":"flow: later\nwhen: [{message: later}]\nsteps:\n  - say: I will ask again.\n  - wait: 3d\n  - say: Still there?\n    if_closed: skip\n","flows/order.yaml":"flow: order\nwhen: [{message: order}]\nsteps:\n  - ask: Which size?\n    as: size\n    options: [{id: s, title: Small}, {id: m, title: Medium}]\n  - say: It comes.\n"}', 1795405314517, 1795405314517);
insert into contact (id, account, data, zone, opted_out_at, created_at)
 values (2, 'acme', '{"phone":"+34600111222","name":"P"}', 'Europe/Madrid', null, 1795405314544);
insert into contact (id, account, data, zone, opted_out_at, created_at)
 values (8, 'acme', '{"phone":"+34600111333","name":"P"}', 'Europe/Madrid', null, 1795405314969);
insert into contact (id, account, data, zone, opted_out_at, created_at)
 values (14, 'acme', '{"phone":"+34600111444","name":"P"}', 'Europe/Madrid', 1795405315381, 1795405315381);
insert into contact (id, account, data, zone, opted_out_at, created_at)
 values (20, 'acme', '{"phone":"+34600111555","name":"P"}', 'Europe/Madrid', null, 1795405315785);
insert into alias (account, kind, value, contact_id)
 values ('acme', 'phone', '34600111222', 2);
insert into alias (account, kind, value, contact_id)
 values ('acme', 'phone', '34600111333', 8);
insert into alias (account, kind, value, contact_id)
 values ('acme', 'phone', '34600111444', 14);
insert into alias (account, kind, value, contact_id)
 values ('acme', 'phone', '34600111555', 20);
insert into conversation (id, contact_id, sender_id, opened_at, last_inbound_at, created_at)
 values (3, 2, 1, 1795405314000, 1795405314000, 1795405314544);
insert into conversation (id, contact_id, sender_id, opened_at, last_inbound_at, created_at)
 values (9, 8, 1, 1795405314000, 1795405314000, 1795405314969);
insert into conversation (id, contact_id, sender_id, opened_at, last_inbound_at, created_at)
 values (15, 14, 1, 1795405315000, 1795405315000, 1795405315381);
insert into conversation (id, contact_id, sender_id, opened_at, last_inbound_at, created_at)
 values (21, 20, 1, 1795405316000, 1795405316000, 1795405315785);
insert into session (conversation_id, contact_id, turn, data, due_at, calling, person_since, needs_person_at)
 values (3, 2, 2, '{"turn":2,"last_run":1,"last_message":1,"runs":[{"number":1,"version":1,"flow":"order","trigger":"message order","started_at":1795405314565,"frames":[{"flow":"order","at":"order.ask_1","vars":{}}],"waiting":{"on":"question","message":1,"messages":[1],"options":[{"id":"s","title":"Small","value":"s"},{"id":"m","title":"Medium","value":"m"}],"tries":0,"left":true,"left_at":1795405314601,"asked_at":1795405314565,"timeout":86400000,"deadline":1795491714601,"written":false,"reminders_sent":0},"asked_for":1795405314000,"event":null,"depth":0,"msg":{"at":{"$datetime":"2026-11-23T04:41:54+01:00[Europe/Madrid]"},"button":null,"form":null,"kind":"text","location":null,"media":null,"order":null,"reaction":null,"referral":null,"text":"order"},"calls":0,"said":{"message":1,"delivered":false,"read":false}}],"queue":[],"answered":[1795405314565],"heard_at":1795405314000,"heard_id":"wamid.IN0"}', 1795491714601, false, null, null);
insert into session (conversation_id, contact_id, turn, data, due_at, calling, person_since, needs_person_at)
 values (9, 8, 1, '{"turn":1,"last_run":1,"last_message":1,"runs":[{"number":1,"version":1,"flow":"later","trigger":"message later","started_at":1795405314976,"frames":[{"flow":"later","at":"later.wait_1","vars":{}}],"waiting":{"on":"until","at":1795664514976,"rest":{"since":1795405314976,"left":259200000}},"asked_for":1795405314000,"event":null,"depth":0,"msg":{"at":{"$datetime":"2026-11-23T04:41:54+01:00[Europe/Madrid]"},"button":null,"form":null,"kind":"text","location":null,"media":null,"order":null,"reaction":null,"referral":null,"text":"later"},"calls":0,"said":{"message":1,"delivered":false,"read":false}}],"queue":[],"answered":[1795405314976],"heard_at":1795405314000,"heard_id":"wamid.IN1"}', 1795664514976, false, null, null);
insert into session (conversation_id, contact_id, turn, data, due_at, calling, person_since, needs_person_at)
 values (15, 14, 1, '{"turn":1,"last_run":0,"last_message":1,"runs":[],"queue":[],"answered":[],"confirmed_stop_at":1795405315383,"heard_at":1795405315000,"heard_id":"wamid.IN2"}', null, false, null, null);
insert into session (conversation_id, contact_id, turn, data, due_at, calling, person_since, needs_person_at)
 values (21, 20, 3, '{"turn":3,"last_run":1,"last_message":2,"runs":[],"queue":[],"answered":[1795405315788,1795405316191],"answered_last":{"run":1,"step":"order.ask_1","at":1795405316191},"heard_at":1795405316000,"heard_id":"wamid.IN9"}', null, false, null, null);
insert into inbound (id, conversation_id, contact_id, sender_id, provider_id, "at", received_at, data, handled_at, attempts)
 values (4, 3, 2, 1, 'wamid.IN0', 1795405314000, 1795405314544, '{"message":{"provider_id":"wamid.IN0","at":1795405314000,"from":[{"kind":"phone","value":"34600111222"}],"name":"P","kind":{"kind":"text","body":"order"}}}', 1795405314565, 0);
insert into inbound (id, conversation_id, contact_id, sender_id, provider_id, "at", received_at, data, handled_at, attempts)
 values (10, 9, 8, 1, 'wamid.IN1', 1795405314000, 1795405314969, '{"message":{"provider_id":"wamid.IN1","at":1795405314000,"from":[{"kind":"phone","value":"34600111333"}],"name":"P","kind":{"kind":"text","body":"later"}}}', 1795405314976, 0);
insert into inbound (id, conversation_id, contact_id, sender_id, provider_id, "at", received_at, data, handled_at, attempts)
 values (16, 15, 14, 1, 'wamid.IN2', 1795405315000, 1795405315381, '{"message":{"provider_id":"wamid.IN2","at":1795405315000,"from":[{"kind":"phone","value":"34600111444"}],"name":"P","kind":{"kind":"text","body":"STOP"}},"word":"stop"}', 1795405315383, 0);
insert into inbound (id, conversation_id, contact_id, sender_id, provider_id, "at", received_at, data, handled_at, attempts)
 values (22, 21, 20, 1, 'wamid.IN3', 1795405315000, 1795405315785, '{"message":{"provider_id":"wamid.IN3","at":1795405315000,"from":[{"kind":"phone","value":"34600111555"}],"name":"P","kind":{"kind":"text","body":"order"}}}', 1795405315788, 0);
insert into inbound (id, conversation_id, contact_id, sender_id, provider_id, "at", received_at, data, handled_at, attempts)
 values (26, 21, 20, 1, 'wamid.IN9', 1795405316000, 1795405316190, '{"message":{"provider_id":"wamid.IN9","at":1795405316000,"from":[{"kind":"phone","value":"34600111555"}],"name":"P","kind":{"kind":"text","body":"Medium"}}}', 1795405316191, 0);
insert into run (id, conversation_id, number, contact_id, flow, version_id, trigger_key, started_at, ended_at, outcome, start_id, reason)
 values (5, 3, 1, 2, 'order', 1, 'message order', 1795405314565, null, null, null, null);
insert into run (id, conversation_id, number, contact_id, flow, version_id, trigger_key, started_at, ended_at, outcome, start_id, reason)
 values (11, 9, 1, 8, 'later', 1, 'message later', 1795405314976, null, null, null, null);
insert into run (id, conversation_id, number, contact_id, flow, version_id, trigger_key, started_at, ended_at, outcome, start_id, reason)
 values (23, 21, 1, 20, 'order', 1, 'message order', 1795405315788, 1795405316191, 'done', null, null);
insert into outbound (id, conversation_id, contact_id, sender_id, number, run, origin, tells, state, data, sent_as, not_before, hold_until, attempt, attempted_at, provider_id, accepted_at, delivered_at, read_at, failed_at, error_code, error_text, reason, created_at, planned_again_at)
 values (6, 3, 2, 1, 1, 1, 'flow', false, 'sent', '{"number":1,"run":1,"flow":"order","step":"order.ask_1","topic":"service","content":{"kind":"buttons","body":"Which size?","buttons":[{"id":"t1~1~vn6Lp3Zo~~s~c8uYJYM6u3oHn6","title":"Small"},{"id":"t1~1~vn6Lp3Zo~~m~zkbef8VuRddC5R","title":"Medium"}]},"asked_for":1795405314000,"origin":"flow","tells":true,"question":true,"turn":1}', null, null, null, 1, 1795405314567, 'wamid.OUT000001', 1795405314601, null, null, null, null, null, null, 1795405314565, null);
insert into outbound (id, conversation_id, contact_id, sender_id, number, run, origin, tells, state, data, sent_as, not_before, hold_until, attempt, attempted_at, provider_id, accepted_at, delivered_at, read_at, failed_at, error_code, error_text, reason, created_at, planned_again_at)
 values (12, 9, 8, 1, 1, 1, 'flow', false, 'sent', '{"number":1,"run":1,"flow":"later","step":"later.say_1","topic":"service","content":{"kind":"text","body":"I will ask again."},"asked_for":1795405314000,"origin":"flow","turn":1}', null, null, null, 1, 1795405314977, 'wamid.OUT000002', 1795405314990, null, null, null, null, null, null, 1795405314976, null);
insert into outbound (id, conversation_id, contact_id, sender_id, number, run, origin, tells, state, data, sent_as, not_before, hold_until, attempt, attempted_at, provider_id, accepted_at, delivered_at, read_at, failed_at, error_code, error_text, reason, created_at, planned_again_at)
 values (18, 15, 14, 1, 1, null, 'opt_out_confirmation', false, 'sent', '{"number":1,"topic":"service","content":{"kind":"text","body":"You will hear no more from us. Write START to come back."},"if_closed":"skip","asked_for":1795405315000,"origin":"opt_out_confirmation","turn":1}', null, null, null, 1, 1795405315383, 'wamid.OUT000003', 1795405315396, null, null, null, null, null, null, 1795405315383, null);
insert into outbound (id, conversation_id, contact_id, sender_id, number, run, origin, tells, state, data, sent_as, not_before, hold_until, attempt, attempted_at, provider_id, accepted_at, delivered_at, read_at, failed_at, error_code, error_text, reason, created_at, planned_again_at)
 values (24, 21, 20, 1, 1, 1, 'flow', false, 'sent', '{"number":1,"run":1,"flow":"order","step":"order.ask_1","topic":"service","content":{"kind":"buttons","body":"Which size?","buttons":[{"id":"t1~1~vn6Lp3Zo~~s~c8uYJYM6u3oHn6","title":"Small"},{"id":"t1~1~vn6Lp3Zo~~m~zkbef8VuRddC5R","title":"Medium"}]},"asked_for":1795405315000,"origin":"flow","tells":true,"question":true,"turn":1}', null, null, null, 1, 1795405315789, 'wamid.OUT000004', 1795405315802, null, null, null, null, null, null, 1795405315788, null);
insert into outbound (id, conversation_id, contact_id, sender_id, number, run, origin, tells, state, data, sent_as, not_before, hold_until, attempt, attempted_at, provider_id, accepted_at, delivered_at, read_at, failed_at, error_code, error_text, reason, created_at, planned_again_at)
 values (27, 21, 20, 1, 2, 1, 'flow', false, 'sent', '{"number":2,"run":1,"flow":"order","step":"order.say_1","topic":"service","content":{"kind":"text","body":"It comes."},"asked_for":1795405316000,"origin":"flow","turn":3}', null, null, null, 1, 1795405316192, 'wamid.OUT000005', 1795405316204, null, null, null, null, null, null, 1795405316191, null);
insert into trace (id, conversation_id, contact_id, turn, "at", data)
 values (7, 3, 2, 1, 1795405314565, '[{"what":"level 7: `message order` starts `order`"}]');
insert into trace (id, conversation_id, contact_id, turn, "at", data)
 values (13, 9, 8, 1, 1795405314976, '[{"what":"level 7: `message later` starts `later`"}]');
insert into trace (id, conversation_id, contact_id, turn, "at", data)
 values (19, 15, 14, 1, 1795405315383, '[{"what":"level 2: an opt-out word"}]');
insert into trace (id, conversation_id, contact_id, turn, "at", data)
 values (25, 21, 20, 1, 1795405315788, '[{"what":"level 7: `message order` starts `order`"}]');
insert into trace (id, conversation_id, contact_id, turn, "at", data)
 values (28, 21, 20, 3, 1795405316191, '[{"run":1,"what":"the run of `order` is over: done"},{"run":1,"what":"level 6: exactly an answer"}]');
insert into ledger (id, contact_id, topic, given, "at", "by", message_id, shown, recorded_at)
 values (17, 14, 'all', false, 1795405315000, 'contact', 16, null, 1795405315381);
update id_block set next = 900029;
insert into api_key (id, account, hash, name, created_at, revoked_at) values ('k1', 'acme', '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', 'CRM', 1795400000000, null);
insert into audience (id, account, data, zone, cursor_contact_id, planned, created_at, done_at) values (900001, 'acme', '{"flow":"order","trigger":"step later.1"}', '', 0, 2, 1795400000000, 1795400000000);
insert into broadcast (id, account, flow, data, state, people, zone, cursor_contact_id, planned, next_slot_at, created_at, started_at, done_at) values (900002, 'acme', 'order', '{}', 'done', 2, '', 20, 2, 1795400000000, 1795400000000, 1795400000000, 1795400000000);
insert into fund (id, account, amount, "by", note, "at") values (900003, 'acme', 1000000, 'operator', 'Invoice 7', 1795400000000);
insert into charge (outbound_id, account, state, amount, category, country, "at", ended_at) values (6, 'acme', 'settled', 456, 'service', 'ES', 1795400000000, 1795400000000);
insert into dead_letter (id, kind, "at", sender_id, subject_id, reason, data, replayed_at) values (900004, 'unknown_send', 1795400000000, 1, 6, 'nobody knows whether this message left', '{"outbound_id":6,"conversation_id":3,"contact_id":2}', 1795400000000);
insert into subscription (id, name, configured, account, url, secret, old_secret, old_secret_until, filter, state, paused_at, paused_why, resumed_at, heard_at, after, created_at) values (900005, 'crm', false, 'acme', 'https://crm.example/hook', 'whsec_c2VjcmV0', null, null, '{}', 'on', null, null, 1795400000000, null, 0, 1795400000000);
insert into event (kind, "at", sender_id, conversation_id, contact_id, subject_id, word, data) values ('alarm', 1795400000000, 1, null, null, 1, '', '{"alarm":"flow_paused"}');
insert into delivery (id, subscription_id, event_id, kind, "at", place, contact_id, body, state, attempts, since, next_at, tried_at, status, trouble) values (900006, 900005, 1, 'alarm', 1795400000000, 0, null, '{"id":1,"type":"alarm"}', 'dead', 3, 1795400000000, 1795400000000, 1795400000000, 500, 'it answered 500');
insert into early_status (sender_id, provider_id, rank, "at", error_code, error_text, received_at) values (1, 'wamid.EARLY', 2, 1795400000000, null, null, 1795400000000);
insert into erased_stop (account, digest, "at") values ('acme', 'a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa', 1795400000000);
insert into erasure (id, account, names, asked_at, done_at) values (900007, 'acme', '[]', 1795400000000, 1795400000000);
insert into fire (flow, trigger_key, zone, minute, "at", cursor_contact_id, next_slot_at, created_at, done_at) values ('morning', 'schedule 30 9 * * *', 'Europe/Madrid', '2026-11-22T09:30', 1795400000000, 20, 1795400000000, 1795400000000, 1795400000000);
insert into flow_state (flow, paused_at, reason, since_run, pauses) values ('later', null, null, 0, null);
insert into idempotency (account, "key", request_hash, status, body, created_at, message_id) values ('acme', 'req-1', 'h', 201, '{"id":1}', 1795400000000, 6);
insert into once (contact_id, "key", "at") values (2, 'welcome', 1795400000000);
insert into schedule (flow, trigger_key, published_at, planned_until) values ('morning', 'schedule 30 9 * * *', 1795400000000, 1795400000000);
insert into sender_pause (sender_id, scope, "until", why, "at") values (1, 'templates', 1795400000000, '131042: unpaid', 1795400000000);
insert into start (id, flow, trigger_key, contact_id, minute, slot_at, state, reason, data, created_at, ended_at) values (900008, 'later', 'api', 8, '2026-11-22T09:30', 1795400000000, 'refused', 'opted_out', '{}', 1795400000000, 1795400000000);
insert into template (id, sender_id, name, language, category, status, data, source, updated_at) values (900009, 1, 'visit', 'en', 'utility', 'approved', '{"body":"See you at {{1}}"}', 'pulled', 1795400000000);
insert into tester_session (id, account, sender_id, phone, code, created_at, activated_at, expires_at) values (900010, 'acme', 1, '34600111999', 'ABC234', 1795400000000, null, 1795400000000);
insert into upload (sender_id, hash, platform_id, "at") values (1, 'f00d', '1234', 1795400000000);
insert into webhook (id, provider, sender_id, received_at, body) values (900011, 'meta', 1, 1795400000000, '{"object":"whatsapp_business_account","entry":[]}');
