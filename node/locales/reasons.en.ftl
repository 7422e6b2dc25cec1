# Why something could not be done, and the next step: one message for each code of the core (`Coded`), `why-KIND-CODE`.

why-identity-bad-key = not a usable ed25519 public key
why-identity-bad-did = not a did:key of an ed25519 key; it should begin with did:key:z6Mk
why-identity-bad-phrase = not a recovery phrase: give the 24 words in their order, separated by spaces
why-attestation-bad-issuer = not the name of an issuer: one line of at most { $bytes } bytes
why-attestation-bad-presentation = not a presentation: visible ASCII of at most { $bytes } bytes
why-note-bad-key = not a key as a witness or a log shows it: copy it whole, NAME+ID+KEY, of the kind ed25519
why-note-malformed = not a signed note; copy it whole, with its last line
why-note-too-large = more than { $most } bytes, which is more than is read of a signed note
why-note-bad-signature = a signature in it does not hold: it was changed, or somebody else answers in the place of who should
why-wire-too-large = { $got } bytes, where at most { $most } are taken
why-wire-malformed = not in the form that this has; copy it whole
why-wire-unencodable = this value has no DAG-CBOR form
why-board-too-many-admitted = this board admits { $most } companies, its bound; dismiss one first
why-purpose-unknown = not a known purpose; `regie fields --purposes` lists them (DeliveryOfGoods, CustomerCare, …)
why-category-bad = not a category: write 1 to { $parts } parts of lower-case letters, digits and hyphens, such as energy.contract
why-price-bad = not a price: write an amount, a currency and maybe /month or /year, such as 129.50EUR/month
why-calendar-date = not a day of the calendar; write it as YEAR-MONTH-DAY, such as 2027-03-03
why-calendar-span = not a period; write P14D for 14 days, P2W for 2 weeks, P1M for a month, P1Y for a year
why-currency-bad = not a currency; write the three capitals of ISO 4217, such as EUR
why-contract-form = these bytes are no contract of version 1
why-contract-text = party and product are one line of 1 to { $most } bytes each, numbers of 1 to { $number }; give those
why-contract-amount = that is more money than a contract can cost here; look at the amount
why-contract-span = a period of a contract is at most { $years } years; give a shorter one
why-contract-date = the dates of a contract lie between 1900 and 2199; look at them
why-contract-extension = without a term nothing can follow it; give a term, or leave what follows at no end
why-contract-documents = a contract names at most { $most } documents
why-criterion-unknown = not a criterion; they are price, match, fields, retention and known
why-collection-unknown = not a collection; they are bills, contracts, corrections, messages, meter-readings, warranties and other
why-right-unknown = not a right; they are access, rectification, erasure, restriction, portability and objection
why-why-unknown = not a reason of version 1; docs/supplier.md lists them
why-act-kind-unknown = not a kind of act of version 1
why-agreement-unknown = not an agreement of the roster; use SD-BASE, SD-BASE-DP, SD-BASE-A, …
why-link-not-for-pairing = not a pairing link; it should begin with regie:pair?v=1& and come whole from the supplier
why-link-not-of-a-board = not the link of a board; it should begin with regie:board?v=1& and come whole from the board
why-link-not-of-a-helper = not the link of a helper; it should begin with regie:helper?v=1& and come whole from that company
why-field-misspelt = '{ $asked }' is not a known field (did you mean { $nearest }?); `regie fields --all` lists them
why-field-unknown = '{ $asked }' is not a known field; `regie fields --all` lists them
why-field-unknown-group = '{ $asked }' is not a known group of fields; `regie fields --all` lists them
why-field-too-long = the value is longer than { $bytes } bytes; shorten it
why-field-not-text = the value is empty or holds control characters; give plain text

# Why a value does not fit its field.
why-value-too-long = the value is longer than { $bytes } bytes; shorten it
why-value-not-text = the value is empty or holds control characters; give plain text
why-value-not-date = that is not a day; write year, month and day, as 1984-03-12 or 12 March 1984
why-value-day-or-month = it is not sure which number is the day and which the month; write it as 1984-03-12
why-value-no-such-day = the calendar has no such day; look at the day and the month
why-value-not-partial-date = that is not a day, month or year; write 1984-03-12, 1984-03 or 1984
why-value-not-email = that is not an e-mail address; write it as anna@example.org, or leave it empty if you have none
why-value-not-telephone = that is not a telephone number; write it as +31 6 12345678
why-value-no-country-code = it is not sure of which country this number is; begin with its code, as +31 6 12345678
why-value-not-iban = that is not an account number (IBAN); it begins with two letters of the country, as NL91 ABNA 0417 1643 00
why-value-iban-length = an account number of { $country } has { $length } characters; look whether one is missing or too many
why-value-iban-check = there is a mistake in the account number; type it over from your card or your bank's page
why-value-not-bic = that is not the code of a bank (BIC); it has 8 or 11 characters, as ABNANL2A
why-value-not-country = that is not a country that is known; write its name, or its code, as NL
why-value-not-language = that is not a language that is known; write its name, or its code, as nl
why-value-not-number = that is not a number; write it in digits, as 2
why-value-thousands-or-decimals = it is not sure what the point or comma parts; write the number without a mark for thousands
why-value-too-fine = { $decimals ->
    [0] give a whole number, without decimals
   *[other] give at most { $decimals } decimals
 }
why-value-out-of-range = give a number between { $least } and { $most }
why-value-not-currency = it is not sure which money is meant; write 30000 or 12.50 for euros, and else the currency behind it: 30000 USD
why-value-not-choice = that is not one of the answers there are; choose one of { $choices }
why-value-not-postal-code = that is not a postal code; write it as on a letter
why-value-postal-code-of = that is not a postal code of { $country }; write it as { $example }, or change the country first
why-value-not-licence-plate = that is not a licence plate; write its letters and digits, as G-123-AB
why-value-not-national-id = that is not an identification number; write its digits and letters alone
why-value-national-id-check = there is a mistake in the number; type it over from your passport, driving licence or a letter of the tax office
why-value-not-ean = that is not such a number; it has 18 digits, and stands on the bill
why-value-ean-check = there is a mistake in the number; type it over from the bill
why-value-not-url = that is not the address of a web page; write it as https://example.org

# The person's own actions.
why-owner-no-relationship = there is no relationship with that supplier; `regie status` lists the ones you have
why-owner-no-request = no such request waits for you; `regie requests` lists the ones that do
why-owner-no-grant = no such grant; `regie grants` lists them
why-owner-no-item = no such item, or it is decided already; `regie inbox` lists them
why-owner-bad-act = a contract is named by its number or what it is about, in one line, and what you add has at most { $bytes } bytes; make it shorter
why-owner-acted-already = this supplier was told just that and has not answered yet; wait for its answer, or write a letter
why-owner-too-many-acts = { $most } things that you had this supplier do wait for its answer; write a letter instead
why-owner-no-segment = no such segment is published, or not for that; `regie segments` lists them
why-owner-enough-said = in { $days } days you said of { $most } segments of this supplier that look at the same field whether you belong: more would tell it the value itself. Try again later, or give it the field with a grant, which you can end
why-owner-does-not-fit = what you hold does not fit that segment, so you can't say that you belong; `regie segments` shows why
why-owner-counted = you were counted for that segment already; nothing was sent
why-owner-budget-spent = your privacy budget does not allow that answer now; nothing was sent. `regie segments` shows what is left
why-owner-too-many-segments = your word on { $most } segments of this supplier is remembered; no more for now
why-owner-no-intent = no such intent is open; `regie intents` lists them
why-owner-no-offer = no such offer is kept; `regie offers` lists them
why-owner-offer-over = that offer or its intent is over; `regie offers` lists what is left
why-owner-bad-intent = an intent lives 1 to { $days } days, has at most { $details } details of one line of { $bytes } bytes, takes 1 to { $offers } offers of one supplier and shows 1 to { $kept } in all
why-owner-too-many-intents = { $most } intents are open; withdraw one first
why-owner-already-revoked = that grant is revoked already; nothing changed
why-owner-superseded = another copy of this node speaks for you, so this one has stopped and nothing was changed; go on with the other and delete this home, or, to go on here, make a backup of it, restore that into a new home, and stop the other
why-owner-moved = this node moved to { $named ->
    [0] another machine
   *[other] another machine ({ $to })
  }, so this home says nothing more: start it there. To go on here after all, stop it and use `regie move --undo`
why-owner-bad-place = call the other machine by one line of at most { $bytes } bytes
why-owner-too-many-renewals = you took another key for this supplier { $most } times; end the relationship and pair anew
why-owner-already-paired = you are paired with this supplier already; `regie status` shows it
why-owner-too-many-relationships = this node holds { $most } relationships, its bound; end one first
why-owner-unsigned-profile = the supplier's profile is not signed by its key; nothing was changed. Ask the supplier for a new link
why-owner-other-key = the supplier's profile is of another key, which it did not say before would follow; nothing was changed. Ask the supplier for a new link
why-owner-profile-bounds = the supplier's profile is out of bounds; nothing was changed. Ask the supplier for a new link
why-owner-alternative = the supplier's alternative does not answer what you proffered; nothing was changed. Ask the supplier for a new link
why-owner-unsigned-acceptance = the supplier's acceptance is not signed by its key; nothing was changed. Ask the supplier for a new link
why-owner-acceptance = the supplier's acceptance is not of what you proffered; nothing was changed. Ask the supplier for a new link
why-owner-unreadable = the stored value of { $field } can't be read, so nothing was given or told; set the field anew, or restore a backup
why-owner-bad-policy = a policy has at most { $rules } rules with names of at most { $bytes } bytes
why-owner-refused = the node could not do that: { $refusal }

# The company's own actions.
why-supplier-no-relationship = no such relationship; `regie status` lists them
why-supplier-bad-request = a request has 1 to { $fields } fields, a reason of at most { $bytes } bytes and a duration of 1 to { $days } days
why-supplier-too-deep = a grant can be handed on { $most } steps at most
why-supplier-not-delegable = no grant of this person, given to your present key, lets you hand that on; ask with `delegations` of 1 or more, or for more
why-supplier-too-wide = a delegation must be within the grant above it: its fields, purposes, access, time, retention and uses
why-supplier-not-opened = this person has not opened that collection to you, or its grant has ended; the person opens it with `regie open`
why-supplier-bad-item = a document has a title of one line, a media type and at most { $bytes } bytes; only a correction goes into `corrections`
why-supplier-too-many-items = { $most } items already wait for this person; wait until the person's node has connected
why-supplier-no-act = that person said no such act; `regie supplier acts` lists them
why-supplier-bad-answer = notice and withdrawal are answered by the contract's last day, a right by what was done or, once and first, by two months more; a refusal has a reason that is one for it, and an item is one that was sent to this person
why-supplier-too-many-answers = { $most } answers were given to that act; no more can be
why-supplier-bad-offer = an offer has a title of one line, at most { $terms } terms, needs of at most { $fields } fields, and ends before the intent it answers is forgotten
why-supplier-bad-segment = a segment has a name of one line, at most { $clauses } clauses { $depth } deep, lets people belong or be counted, and ends in the future; its epsilon is 0.001 to { $epsilon }
why-supplier-no-segment = no such segment; list them to see what there is
why-supplier-too-many-segments = { $most } segments are published; take one back first
why-supplier-intent-over = that intent has ended or was withdrawn; list the intents that are open
why-supplier-bad-processor = the processor's pairing link is your own, or names no address; ask the processor for one
why-supplier-too-many-delegations = { $most } delegations of this person's data are in force; wait until some end
why-supplier-too-many-waiting = { $most } requests already wait for this person; wait for answers
why-supplier-not-next = these are not the words of the key that your company committed to as its next one: that is on the sheet that was shown last; nothing was changed
why-supplier-no-next = your company has not committed to a next key; do it now, before the one in force is lost: `regie supplier next-key`
why-supplier-has-next = your company has committed to a next key already; those who know you would not follow another one
why-supplier-too-many-rotations = a company can change its key { $most } times
why-supplier-bad-profile = the profile is out of bounds; see docs/protocol.md, clause 2

# What a peer refused, for whoever runs the node that asked.
why-refusal-malformed = The message is not canonical DAG-CBOR of a known shape. Send what docs/protocol.md describes.
why-refusal-too-large = The message is above the bound for its kind. Ask for fewer fields at a time.
why-refusal-unknown-version = The object is of a version this node does not speak. Use version 1.
why-refusal-bad-signature = The signature does not hold for the named key.
why-refusal-wrong-sender = The object names another key than the one that is connected.
why-refusal-wrong-audience = The object is addressed to another key.
why-refusal-not-paired = There is no relationship under this key. Pair with an invitation first.
why-refusal-bad-invitation = The invitation is unknown, used up or past its time. Ask the supplier for a new one.
why-refusal-clock-skew = The time in the message is more than 5 minutes from this node's. Set the clock and send again.
why-refusal-replayed = This request id was used before. The answer to it, if any, is on its way.
why-refusal-rate-limited = Too many requests. Wait an hour, or ask for several fields at once.
why-refusal-too-many-waiting = Too many requests already wait for the person's word. Wait for answers.
why-refusal-unknown-field = No such field in the vocabulary. See docs/glossary.md for the list.
why-refusal-not-granted = No grant covers this field and purpose, and the person's defaults refuse it.
why-refusal-outside-agreement = The agreement that holds between you does not permit this purpose, retention or handing on.
why-refusal-collection-full = The person's node keeps no more items of yours. Wait until the person has thrown some away.
why-refusal-declined = The person said no.
why-refusal-expired = The grant is past its time. Ask for a new one.
why-refusal-not-yet-valid = The grant is not in force yet.
why-refusal-revoked = The grant was revoked. Delete what it gave, where the notice says so.
why-refusal-used-up = The grant's number of uses is spent. Ask for a new one.
why-refusal-widened = A link of the chain is wider than the one above it.
why-refusal-broken-chain = A link of the chain does not follow from the one above it.
why-refusal-unproven = That the log follows from the root that was witnessed before was not shown yet: its growth is proven first, and then this is sent again.
why-refusal-forked = The log does not follow from the root that was witnessed before: it was cut or rewritten.
why-refusal-paused = The person has paused this relationship. Try again later.
why-refusal-unavailable = The node can't answer now. Try again later.
why-refusal-not-a-board = This node is no board. Send intents and offers to one that is.
why-refusal-unknown-intent = No such intent is open on this board. It was withdrawn, has ended, or never was.
why-refusal-not-admitted = This board takes offers of the companies that it admitted. Ask who runs it to admit your key.
why-refusal-wrong-board = Offers for this intent go to the board that the intent names.
why-refusal-board-full = The board holds as many intents as it can. Try again later, or another board.
why-refusal-key-spent = The key of an intent is for one intent, and was used for another. Withdraw the wish and say it anew: that makes another key.
why-refusal-too-many-offers = This intent takes no more offers, or no more of yours.
why-refusal-unknown-segment = This company publishes no such segment, or not any more. Ask for its segments.
why-refusal-not-a-helper = This node adds up no answers for others, or for no more segments. Ask another helper.
why-refusal-wrong-batch = Another batch of this count is open, or its key is another. Take back the segment and publish it anew.
why-refusal-too-few = Fewer answers than the segment promises its persons are not summed. Wait for more.
why-refusal-unknown-act = No such act was said, or it is forgotten.
why-refusal-unknown-item = No such document is on its way here. It is announced anew by itself.
why-refusal-too-many-acts = This company takes no more acts of you over the line. Write a letter instead.
why-refusal-unexpected = This message has no place here: it is for the other role.

# What a supplier's domain says.
why-unread-not-a-domain = what the supplier calls its domain is not the name of one, written in its ASCII form; ask the supplier to mend its profile
why-unread-unresolved = the domain's name can't be resolved; check your connection, or ask the supplier whether the domain still is its own
why-unread-private = the domain's name leads into a private network, which is not looked at; allow it by name in config.toml: domain_hosts = ["HOST"]
why-unread-unreachable = the domain's web server does not answer; it is tried again later
why-unread-certificate = the domain's certificate does not hold: it is expired, for another name, or of an issuer that this system does not trust; ask the supplier to renew it
why-unread-slow = the domain's web server did not answer in time; it is tried again later
why-unread-redirect = the domain leads to another place instead of answering itself; ask the supplier to put its document there
why-unread-no-document = the domain has no document at /.well-known/regie.json; ask the supplier to put it there (`regie supplier domain`)
why-unread-too-large = the domain's document is above 192 KiB; ask the supplier to write it anew (`regie supplier domain`)
why-unread-not-a-document = what the domain has at /.well-known/regie.json is not a signed profile; ask the supplier to write it anew (`regie supplier domain`)
why-unread-proxied = the proxy of this node did not lead to the domain's web server; look whether the proxy runs, and reaches others: it is tried again later
why-unread-outdated = the domain's document is still signed by a key that the supplier has replaced since; ask the supplier to write it anew (`regie supplier domain`)
why-unread-no-tls = this node can't check certificates; install the package ca-certificates
why-contradiction-other-key = the domain's document is of another key: this supplier is not who keeps that domain, or has a new key; ask it on a way that you trust
why-contradiction-revoked = the domain says that this key speaks for it no longer: it was lost or stolen. Nothing is told to who holds it; ask the supplier for a new link on a way that you trust
why-contradiction-other-domain = the domain's document names another domain; ask the supplier on a way that you trust

# Where a value comes from.
provenance-typed = typed
provenance-imported = imported from { $what }
provenance-supplier = from supplier …{ $what }
provenance-attested = attested by { $what }

# Who belongs to a segment.
predicate-and = and
predicate-or = or
predicate-not = not ({ $what })
predicate-is = is
predicate-has = { $what } is known
predicate-begins = { $what } begins with
predicate-years-ago = { $what } years ago
predicate-to = to
predicate-least = at least { $what }
predicate-most = at most { $what }
predicate-anything = anything

# A rule made of the person's word on a request, in full.
rule-said = you said: { $what }

# Files that tell of organisations.
why-find-too-large = the file is above { $most } MiB; export less at once, or a part of the years
why-find-too-many = the file holds more than { $most } of them; split it, and give the parts one after the other
why-find-not-text = the file is no text; export it once more, as the kind of file that the page names
why-find-not-a-directory = the file is no list of organisations: it has a record a line, a JSON array of records, or one record, in the schema of Datenanfragen, with slug and name
why-find-unknown = this kind of file is not known; export logins as JSON, CSV or KDBX, or statements as CAMT.053, MT940 or CSV
why-find-unknown-bank = this is a table of payments, but of a bank whose columns are not known here; where the bank lets you download transactions, choose CAMT.053 (XML) or MT940 for the same period, which all banks write alike, and give that file
why-find-for-people = the file is a workbook or a PDF, which is made for people; where the bank lets you download transactions, choose CAMT.053 (XML), MT940 or CSV, and give that file
why-find-damaged = the file is cut short or damaged; export it once more
why-find-packed = the file is packed; unpack it first, and give what is in it
why-find-bomb = the file becomes far larger than any of its kind once it is unpacked; it is not read. Export it anew with the program that made it
why-find-document-type = the file is XML with a document type, which no bank's statement has; it is not read. Download the statement from the bank anew
why-find-too-deep = the file is nested deeper than any statement; it is not read. Download the statement from the bank anew
why-find-needs-password = the file is under a password; give that too (on the command line with --password-file)
why-find-wrong-password = the password does not open the file; type it once more. A file that needs a key file as well is not read: export it as CSV
why-find-of-an-account = only your Bitwarden account opens this export; export once more and choose a password for the file, or JSON without encryption
why-find-too-much-work = opening the file would take more than 1 GiB of memory, or minutes; it is not opened. Lower the cost of the file in the program that made it, or export it as CSV
why-find-other-version = this KeePass file is older than version 3 or newer than version 4; save it as KDBX 4, or export it as CSV
why-find-other-cipher = this KeePass file is under a cipher that is not read here; save it with AES or ChaCha20, or export it as CSV

why-import-unknown = this file is none that can be read; export your contact as a contact card (vCard, JSContact, jCard), a table (CSV) or Bitwarden's identities, and try again
why-import-nothing = the file has no contact with a field that is known; `regie fields --all` lists the fields
why-import-torn = the file ends in the midst of a contact; export it once more, and try again
why-import-encrypted = this export is encrypted; export it once more without encryption (in Bitwarden: .json), and delete that file afterwards
why-import-too-large = the file is larger than { $most } MB; export your own contact alone, and try again
why-import-too-much = the file holds more than is read; export your own contact alone, and try again
why-import-row = row { $row } of the file has { $cells } cells; give two cells a row: a field, as `regie fields --all` lists them, and its value
why-import-several = the file holds { $count } contacts ({ $shown }); say which one is you with `--card NUMBER`
why-import-no-such = the file holds { $count } contacts; choose one of them by its number, from 1 on
why-leftout-no-field = nothing is filled with this from a file
why-leftout-photo = photos are not kept ({ $kib } KB)
why-leftout-photo-elsewhere = photos are not kept, and nothing is fetched from elsewhere
why-leftout-fax = this is the number of a fax or pager
why-leftout-not-a-day = it is not sure which day this is; type it yourself, as 29 February 1980
why-leftout-without-year = this day has no year; type it yourself, as 29 February 1980
why-leftout-in-one-text = this is one text and not in parts; type the parts yourself
why-leftout-too-long = this is longer than a field can be
why-leftout-garbled = letters were lost when the file was written; type it yourself
why-leftout-somebody-else = this is a card of somebody else
why-leftout-stands-again = the same field stands further down once more, and that one counts
why-leftout-more-in-cell = several values in one cell; the first one counts
why-leftout-sensitive = this is sensitive; type it yourself if you want to keep it here
why-leftout-too-many = there are more of these than are read
why-leftout-another-counts = another one counts; you can choose this one
why-leftout-part-of-address = this is only a part of an address, and you have another address
why-leftout-no-room = you have as many own fields as there can be; remove one first
why-detail-unknown = { $kind } has no such detail; it has: { $known }. `regie catalogue { $kind }` lists them
why-detail-unfit = that does not fit; `regie catalogue` shows what does
why-detail-line = write one line of at most { $bytes } bytes
why-owner-not-asked = that request does not wait for those fields; choose at least one of those that it asks for (`regie requests` shows them)
