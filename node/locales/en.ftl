# The dashboard in English. Messages about a number have $n, others $what.

skip = Skip to the content
menu = Menu
menu-home = Home
menu-requests = Decisions
menu-suppliers = Suppliers
menu-data = My data
menu-search = Search
menu-defaults = Defaults
menu-audit = Log
menu-security = Security
menu-more = More
menu-papers = Papers
menu-market = Offers
menu-settings = Settings
footer = Your data, on your own machine. Nothing on these pages comes from elsewhere.
fault-title = That did not work
fault-back = Back to the first page
wrong-typed = What you had typed
fault-nowhere = There is no such page. Go back to the first page.
fault-form = This form is out of date or did not come from these pages. Go back, load the page again and try once more.
outside-title = You are not in
outside-link-spent = This link was used before or is older than ten minutes. Enter your passphrase instead.
entered-by-address = You came in by an address instead of the name in the link. Servers of other users of this computer share that address, and may act in your place here if you open their pages. Use the link as it stands where you are not alone on this computer.
outside-left = You have left. To come back you enter your passphrase.

# Copies of this node
copy-stopped-title = Another copy of regie speaks for you
copy-seen = { $what } heard from it.
copy-stopped = So this one has stopped: it tells nobody anything, and answers nobody.
copy-stopped-next = Go on with the other, and delete this home. To go on here instead: make a backup of it, restore that into a new home with regie restore, and stop the other.
copy-other-title = Another copy of regie is alive
copy-other = It was told to stop, and this one goes on. What you allowed before has ended where that copy may have ended it.
copy-other-next = Stop the other copy and delete its home: a backup that was restored elsewhere, or a home that was copied.

# The clock
clock-title = Look at the clock of this computer
clock-shows = It shows { $what }.
clock-held-back = It jumped ahead by { $what }, and nobody has confirmed that time yet. Nothing is ended for good by it.
clock-held-back-next = Set it, or, where it is right, run: regie clock --accept
clock-stored-ahead = The time that regie had seen before is { $what } later, so what you allowed ends that much too early.
clock-stored-ahead-next = Set it, or, where it is right now and was wrong before, run: regie clock --accept
clock-slow = That is { $what } behind what your suppliers say. What differs by more than 5 minutes is refused.
clock-fast = That is { $what } ahead of what your suppliers say. What differs by more than 5 minutes is refused.
clock-set = Set it; regie goes on at once.
span-day =
    { $n ->
        [one] 1 day
       *[other] { $n } days
    }
span-hour =
    { $n ->
        [one] 1 hour
       *[other] { $n } hours
    }
span-minute =
    { $n ->
        [one] 1 minute
       *[other] { $n } minutes
    }
span-second =
    { $n ->
        [one] 1 second
       *[other] { $n } seconds
    }

home-title = Your data
home-hello = Hello { $what }
home-nothing = Nothing waits for you
home-waits = What waits for you
waits-requests =
    { $n ->
        [one] One request of a supplier
       *[other] { $n } requests of suppliers
    }
waits-processors =
    { $n ->
        [one] One processor of a supplier
       *[other] { $n } processors of suppliers
    }
waits-corrections =
    { $n ->
        [one] One correction
       *[other] { $n } corrections
    }
waits-documents =
    { $n ->
        [one] One new document
       *[other] { $n } new documents
    }
waits-contracts =
    { $n ->
        [one] One contract: end it or keep it
       *[other] { $n } contracts: end them or keep them
    }
waits-companions =
    { $n ->
        [one] One organisation that may be a supplier
       *[other] { $n } organisations that may be suppliers
    }
home-soon = What changes soon
home-soon-more =
    { $n ->
        [one] One more within three months
       *[other] { $n } more within three months
    }
home-soon-all = All contracts
soon-price = costs { $what } now
soon-price-varies = costs differ from bill to bill now
home-without =
    { $n ->
        [one] One organisation that is not on regie has
       *[other] { $n } organisations that are not on regie have
    } data of yours.
home-joined = { $what } is on regie now
home-entered =
    { $n ->
        [one] One organisation was
       *[other] { $n } organisations were
    } put on your list
home-kinds = What of yours suppliers have
begin-title = Three things to begin with
begin-find = Exports of your password manager and your bank show which organisations have data of yours. In a few minutes you have the list, and you know whom to ask.
begin-find-do = Find them
begin-found =
    { $n ->
        [one] One organisation is
       *[other] { $n } organisations are
    } on your list already.
begin-contracts = Enter what you pay for. You see what it costs a month, and until when you can give notice.
begin-contracts-do = Add a contract
begin-pair = Some suppliers work with regie. They ask you for what they need, your defaults answer, and a new address reaches them by itself.
home-defaults =
    { $n ->
         [one] One answer
        *[other] { $n } answers
     } went out in the last 30 days.
home-decisions =
    { $n ->
         [one] One decision waits
        *[other] { $n } decisions wait
     }
home-decide = Decide
home-month = Done for you in the last 30 days
month-answered = answers given
month-asked = asked of you
month-refused = refused
month-told = changes told
month-granted = permissions given
month-revoked = permissions ended
month-erased = erasure receipts
home-log = The whole log
home-knows = Who has what of yours
home-suppliers =
    { $n ->
         [one] One supplier
        *[other] { $n } suppliers
     },
home-connected = { $n } connected now.
home-fields =
    You hold { $n ->
         [one] one field
        *[other] { $n } fields
     }.
home-undelivered =
    { $n ->
         [one] One message
        *[other] { $n } messages
     } on the way
home-nobody = Nobody has anything.
home-have =
    { $n ->
         [one] One supplier has
        *[other] { $n } suppliers have
     } some of it
flows-title = What goes where
flows-about =
    The { $n ->
         [one] supplier that has
        *[other] { $n } suppliers that have
     } most.
flows-numbers = The number says how many details of a kind each has.
flows-table = The same as a table
over-time = Month by month
over-time-about = What went out and what was refused, in the last 12 months.
over-time-alt = Columns by month; the table below says the same
over-time-month = Month
supplier = Supplier
requests-title = Decisions
requests-about =
    { $n ->
         [one] One decision waits
        *[other] { $n } decisions wait
     } for you. One click answers each.
requests-more = and { $n } more
requests-count =
    { $n ->
         [one] one request
        *[other] { $n } requests
     }
requests-left = { $n } more of this kind follow after these.
requests-why = Why
requests-how = How
requests-for-days =
    for { $n ->
         [one] one day
        *[other] { $n } days
     }
requests-kept = They keep it
requests-rule = Why you are asked
requests-since = Waiting since
requests-allowed =
    { $n ->
         [one] One request was
        *[other] { $n } requests were
     } allowed.
requests-refused =
    { $n ->
         [one] One request was
        *[other] { $n } requests were
     } refused.
days =
    { $n ->
         [one] one day
        *[other] { $n } days
     }
agreement = Agreement
answer-allow = Allow
answer-ask = Ask me
answer-refuse = Refuse
answer-allow-supplier = Always for this supplier
answer-allow-kind = Always for this kind
answer-refuse-kind = Refuse this kind always
pair-title = Add a supplier
pair-link = The supplier's link
pair-link-hint = It begins with regie:pair and stands in the supplier's letter, e-mail or QR code.
pair-words = The supplier shows six words beside the link. Are they these?
pair-agreement = The agreement you proffer
pair-agreement-hint = Your terms, not theirs. The supplier accepts them or there is no relationship.
pair-same = It is they, and the words are the same: pair
pair-differ = Leave
pair-done = You are paired with { $what }.
next-step = Next
skip-step = Skip
search = Name, sector or domain
search-do = Search
sector = Sector
field = Field
purpose = Purpose
any = any
sort = Order
sort-name = by name
sort-last = by last contact
found =
    { $n ->
         [one] One supplier
        *[other] { $n } suppliers
     } found
found-of = of { $n }.
name = Name
has = Has
grants = Live permissions
state = State
last-contact = Last contact
state-paused = paused
state-connected = connected
state-away = away
state-visited = visited from time to time
state-unreachable = can't be reached now
pages = Pages
previous = Previous
next = Next
older = Older
supplier-act = What you can do
supplier-act-hint = Pausing refuses everything until you resume. Ending stops every permission; what the supplier has, it has. Asking for erasure ends every permission and demands a signed receipt.
do-pause = Pause
do-resume = Resume
do-end = End every permission
do-erase = End and ask for erasure
do-revoke = End
supplier-paused = Paused.
supplier-handed-on = Handed on to its processors
supplier-handed-on-why = It may let these companies have part of what you gave it. Ending the permission above ends these too.
supplier-handed-on-to = to
supplier-reference = for
suppliers-works-for = works for { $what }
supplier-introduced-by = You did not choose this company. It works for { $what }, and gets nothing but what that handed on.
processors-title = Companies that work for your suppliers
processors-about = A supplier wants to hand part of what you gave it to a company that works for it. Nothing was said to that company yet. If you say yes it meets you as somebody new, also where you deal with it yourself.
processors-at = It is found at
processors-allow-always = Yes, and always for this supplier
processors-refuse-always = No, and never for this supplier
processors-allowed = It will be met.
processors-refused = It gets nothing.
requests-hand-on = It wants to hand this on to companies that work for it, such as a carrier.
supplier-resumed = Resumed.
supplier-revoked-one = The permission is at an end, and erasure was asked for.
supplier-ended = Every permission is at an end.
supplier-erase-asked = Every permission is at an end. The receipt of erasure shows here when it comes.
supplier-has = What it has of you
supplier-has-nothing = Nothing.
known-current = under a permission
known-ended = not erased yet
since = Since
until = Until
grants-title =
    { $n ->
         [one] One live permission
        *[other] { $n } live permissions
     }
supplier-profile = Who it says it is
domain = Domain
contact = Contact
terms-analytics = May analyse use
terms-no-analytics = No analytics
terms-tracking = May track
terms-no-tracking = No tracking
terms-profiling = May make a profile
terms-no-profiling = No profiling
terms-third = May share anonymised data with others
terms-no-third = No sharing with others
terms-portability = Owes you your data to take along
supplier-key = Its key
known-to-it = You are known to it as
supplier-wishes = What it would like to know
supplier-receipts = Receipts of erasure
supplier-history = What happened
receipts-download = Consent receipts
proof = proof
data-about = Change a thing here once, and every supplier entitled to it is told.
data-told = Suppliers told of changes
data-none = nothing yet
data-saved = Saved. Nobody had to be told.
data-more = What else you can fill in
data-more-about = Only what suppliers ask you for needs filling in. Nobody gets any of it by itself.
value = Value
from = From
save = Save
sensitive = sensitive
field-told =
    If you change this, { $n ->
         [one] one supplier is
        *[other] { $n } suppliers are
     } told:
field-told-nobody = If you change this, nobody is told.
field-remove = Remove, with its history
field-known = Who has it
field-history = Earlier values
field-no-history = None.
field-unfit-badge = does not fit
group-change = Change in one step
group-about = Change everything that belongs together, then save once. Suppliers hear it in one message.
group-told = { $n ->
    [one] If you change this, one supplier is told.
   *[other] If you change this, { $n } suppliers are told.
 }
group-wrong = Nothing was saved yet. Look at what is marked below.
group-empty = What you leave empty holds nothing from then on.
group-same = Nothing was changed.
field-put-back = Put back
own-title = Own fields and notes
own-about = Whatever you want to keep beside the rest. Nobody can ask for it, and it goes to nobody.
own-name = What you call it
own-text = What stands there
own-none = There is nothing yet.
own-saved = Done. It stays with you.
own-remove = Remove
own-sure = What stands there is destroyed. That can't be undone.
own-unfit = Give it a name of one line and some text.
own-files = Attached files
own-attach = Attach files
own-choose = Files to attach, at most 16 MB together
own-attach-yes = Attach
own-attached = { $n ->
    [one] One file is attached. It stays with you.
   *[other] { $n } files are attached. They stay with you.
}
hit-own = own fields and notes
search-title = Search in everything
search-words = Words to look for
search-about = Your details, suppliers, organisations, contracts, requests, letters and your inbox. All words have to be there.
search-found = { $n ->
    [0] Nothing was found
    [one] One was found
   *[other] { $n } were found
 }
search-more = { $n ->
    [one] One more is not shown; add a word.
   *[other] { $n } more are not shown; add a word.
 }
search-kind = kind
search-text = what stands there
hit-field = your details
hit-supplier = supplier
hit-organisation = organisation
hit-contract = contract
hit-case = request
hit-letter = letter
hit-item = inbox
hint-date = As 1984-03-12 or 12 March 1984.
hint-partial-date = A day, a month or a year: 1984-03-12, 1984-03, 1984.
hint-email = As anna@example.org.
hint-telephone = With the country's code, as +31 6 12345678.
hint-iban = As NL91 ABNA 0417 1643 00.
hint-bic = The bank's code, as ABNANL2A.
hint-number = In digits.
hint-money = An amount, as 30000 or 12.50, and in which money.
hint-postal-code = As on a letter, 1012 AB.
hint-licence-plate = As G-123-AB.
hint-national-id = As in your passport or on your driving licence.
hint-ean = 18 digits; it stands on the bill.
hint-url = As https://example.org.
import-title = Import
import-file = A file with your contact, or a table
import-hint = vCard, JSContact, jCard, Bitwarden's identities, a table of Google, Outlook or Apple, or CSV with rows of field and value. At most 16 MB. Nothing is kept or told before you have seen it and said so.
import-do = Keep the chosen ones
import-done =
    { $n ->
         [one] One field was
        *[other] { $n } fields were
     } changed.
export-title = Export and backup
export-json = Everything as a document
export-json-hint = Fields with their history, suppliers, permissions, defaults, the log and the consent receipts, as JSON. It is not encrypted.
export-json-do = Download JSON
export-backup = An encrypted backup
export-backup-hint = One file with which regie comes back on another machine, with all that you have: on its first page, or by `regie restore`. It opens with the passphrase you give here.
export-backup-do = Download the backup
export-differ = The two passphrases differ. Try again.
passphrase = Passphrase
passphrase-again = Once more
deliveries-title = Deliveries
deliveries-about =
    { $n ->
         [one] One supplier is
        *[other] { $n } suppliers are
     } being told
deliveries-apart = Each supplier is told at a moment of its own. So no two of them can tell by the clock that you are one person. Usually within half an hour.
deliveries-now = Tell them all now
deliveries-at = told before
deliveries-left =
    { $n ->
         [one] One message is
        *[other] { $n } messages are
     } still on the way
reload = Look again
defaults-about = Your defaults answer suppliers for you. The most specific one decides; what none covers is asked of you.
defaults-kept = Your defaults are changed.
presets-title = Begin from a ready set
presets-own = You have made it your own.
presets-now = this one
preset-careful = Careful
preset-balanced = Balanced
preset-open = Open
preset-about-careful = Refuses advertising and sale; asks you for everything else.
preset-about-balanced = Also gives name, address and contact details for a service you asked for.
preset-about-open = Also gives energy and household figures for a service, and name and contact for customer care.
try = Try
choose = Choose
keep = Keep
leave-it = Leave it as it was
rules-title =
    { $n ->
         [one] One default
        *[other] { $n } defaults
     }
rules-about = Try a change on your last requests before you keep it.
suggestions-title = From your own answers
suggestions-about = You answered these alike again and again. Regie can do that for you from now on. It never starts that by itself.
suggestions-answers =
    { $n ->
        [one] From one answer of yours.
       *[other] From { $n } answers of yours.
    }
suggestions-suppliers =
    { $n ->
        [one] They were to one company.
       *[other] They were to { $n } companies.
    }
suggestions-same =
    { $n ->
        [one] It would have answered one of them as you did.
       *[other] It would have answered { $n } of them as you did.
    }
suggestions-otherwise =
    { $n ->
        [one] One would have gone wrong.
       *[other] { $n } would have gone wrong.
    }
suggestions-none-otherwise = None would have gone wrong.
suggestions-take = Make it a default
suggestions-hide = Hide this
suggestions-show = Show it again
suggestions-taken = It is one of your defaults now. You can change it below.
suggestions-hidden = It is hidden. You find it again below the suggestions.
suggestions-shown = It is shown again.
suggestions-hidden-count =
    { $n ->
        [one] One that you hid
       *[other] { $n } that you hid
    }
rules-hits = decided { $n } fields of your last requests
rules-answer = Answer
rules-change = Change
rules-change-answer = set this answer
rules-change-remove = remove this default
rules-new = A new default
rules-sector = Only in sector
rules-retention = Only if kept at most (days)
rule-delegation = also to hand on to a company that works for it
rule-allow = Give { $what }
rule-ask = Ask me for { $what }
rule-refuse = Refuse { $what }
what-anything = anything
what-sensitive = sensitive data
who-anyone = to everyone
who-sector = to suppliers in { $what }
who-supplier = to one supplier
why-purpose = for this purpose: { $what }
why-kept = if kept at most { $n } days
tried-title = What would have been different
tried-changed =
    { $n ->
         [one] One request
        *[other] { $n } requests
     }
tried-of = of the last { $n } would have been answered otherwise.
tried-differs = Difference
audit-about = Everything that happened, in order. Each supplier has signed for its part, so nothing can be left out unseen.
audit-verify = Check the whole log
audit-verified = { $n } entries were checked; every hash and signature holds.
witnesses-title = Witnesses
witnesses-about = They have signed that your log only grows. They see how long it is, and nothing of what stands in it or with whom it is.
witness-logs =
    { $n ->
         [0] No log cosigned yet.
         [one] One log cosigned.
        *[other] { $n } logs cosigned.
     }
witness-last = The last time:
witness-in-vain =
    { $n ->
         [one] For one log it was asked in vain; regie asks again.
        *[other] For { $n } logs it was asked in vain; regie asks again.
     }
history-title = Your log is not the one that a witness has seen
history-logs =
    { $n ->
         [one] Of one log a witness has seen another history than is in this home.
        *[other] Of { $n } logs a witness has seen another history than is in this home.
     }
history-why = So this home, or a copy of it, was set back to an old state, or another copy of regie writes.
history-next = Look for another computer where regie runs for you, and stop it. regie witnesses heads shows which log it is.
audit-kind = What
audit-supplier = Supplier (name or key)
audit-entries =
    { $n ->
         [one] One entry.
        *[other] { $n } entries.
     }
audit-newest = Back to the newest
security-sessions =
    { $n ->
         [one] One browser is
        *[other] { $n } browsers are
     } in
security-about = The dashboard locks itself after 15 minutes without use and ends after 12 hours. Your passphrase opens it again. From other machines only devices that you added can open it.
security-lock = Lock now
security-leave = Leave
security-place = Where your data is
security-backup = Make a backup now and then:
unlock-wrong = That is not the passphrase. Try again.
setup-title = Begin
setup-step = Step { $n } of 4
setup-name-title = What shall we call you?
setup-name = Your name
setup-name-hint = For these pages only. No supplier sees it.
setup-passphrase-title = A passphrase for your data
setup-passphrase-hint = Your data is kept encrypted under it. A sentence you can remember is best.
setup-passphrase-short = A passphrase has at least { $n } characters. Make it longer.
setup-passphrase-skip = Make one for me
setup-preset-title = What may be answered without you?
setup-preset-hint = You can change this at any time.
setup-supplier-title = Your first supplier
phrase-title = Write these words down
phrase-made = This is your passphrase. Write it down too: without it your data can't be opened.
phrase-about = With these 24 words your suppliers know you again if this machine is lost. They do not bring back your data: make a backup for that. They are shown once. Keep them on paper, apart from this machine.
phrase-written = I wrote them down
kind-typed = typed by you
kind-imported = imported
kind-attested = attested by an issuer
kind-supplier = from a supplier
access-once = once
access-read-once = once
access-read = when they ask
access-subscribe = and every change
event-paired = You paired, under: { $what }.
event-granted = A permission was given, by: { $what }.
event-released = Given: { $what }.
event-told = Told of a change: { $what }.
event-absent = Not held by you: { $what }.
event-asked = Asked of you: { $what }.
event-asked-by = Waits for your word, by this default: { $what }.
event-refused = Refused: { $what }.
event-nothing = Answered without any field.
event-delivered = The supplier signed for what it got.
event-rejected = A message was refused: { $what }
event-rejected-more = { $what } more messages were refused, too many to name each
event-revoked = A permission was ended.
event-revoked-erase = A permission was ended, and erasure asked for.
event-erased = The supplier signed that it erased.
event-field-changed = You changed: { $what }.
event-field-removed = You removed: { $what }.
event-policy-changed = You changed your defaults.
event-delegated = Part of a permission was handed on to a processor.
event-paused = You paused this supplier.
event-resumed = You took this supplier up again.
event-restored = Regie was restored from a backup.
event-of = An entry of a supplier's log.
event-kind-answered = answers
event-kind-granted = permissions
event-kind-revoked = ended permissions
event-kind-erased = erasures
event-kind-delivered = receipts of delivery
event-kind-rejected = refused messages
event-kind-paired = new suppliers
event-kind-delegated = handed on
event-kind-paused = pauses
event-kind-field-changed = changes of data
event-kind-letter-sent = letters
event-kind-policy-changed = changed defaults
event-kind-restored = restores
sector-energy = energy
sector-retail = shops
sector-government = government
sector-health = health
sector-telecom = telecom
sector-insurance = insurance
sector-media = media
sector-travel = travel
group-address = address
group-contact = contact details
group-employment = work
group-energy = energy
group-finance = finance
group-health = health
group-household = household
group-identifiers = official numbers
group-name = name
group-person = about you
group-preferences = preferences
group-vehicle = vehicle
group-nameDetails = more of your name
group-birth = birth
group-civil = status and stay
group-identityDocument = passport and driving licence
group-deliveryAddress = delivery address
group-workAddress = address at work
group-billingAddress = billing address
group-workContact = contact at work
group-otherContact = other contact details
group-emergencyContact = in an emergency
group-family = family
group-child = your child
group-child2 = your second child
group-child3 = your third child
group-child4 = your fourth child
group-home = your home
group-rent = rent and mortgage
group-connection = connections and meters
group-bank = bank
group-income = income and assets
group-insurance = insurance
group-car = car
group-education = education
group-care = doctor and care
group-work = job
group-work2 = second job
group-work3 = third job
group-work4 = fourth job
group-business = own business
group-travel = travel
field-address-country = country
field-address-locality = town
field-address-postalCode = postal code
field-address-region = province or region
field-address-street = street and number
field-birthDate = date of birth
field-clothing-size = clothing size
field-delivery-preference = delivery preference
field-email = e-mail address
field-employment-jobTitle = job title
field-employment-organization = employer
field-energy-annualElectricity = electricity used in a year (kWh)
field-energy-annualGas = gas used in a year (m³)
field-energy-contractEnd = end of the energy contract
field-energy-meterReading = meter reading
field-gender = gender
field-health-allergies = allergies
field-health-diet = diet
field-household-homeType = kind of home
field-household-size = persons in the household
field-income-annual = income in a year
field-language = preferred language
field-name-family = family name
field-name-full = full name
field-name-given = given name
field-nationalId = national identification number
field-nationality = nationality
field-payment-iban = bank account (IBAN)
field-telephone = telephone number
field-url = web page
field-vehicle-licensePlate = licence plate
field-name-prefix = form of address
field-name-initials = initials
field-name-called = name you are called by
field-name-insertion = prefix of the family name
field-name-familyAtBirth = family name at birth
field-name-pronouns = pronouns
field-birth-place = place of birth
field-birth-country = country of birth
field-maritalStatus = marital status
field-residence-status = right to stay
field-document-kind = kind of document
field-document-number = document number
field-document-issued = issued on
field-document-expires = valid until
field-document-authority = issued by
field-document-country = issuing country
field-drivingLicence-number = driving licence number
field-drivingLicence-since = driving licence since
field-drivingLicence-categories = driving licence categories
field-deliveryAddress-name = name at the door
field-deliveryAddress-street = street and number, for deliveries
field-deliveryAddress-postalCode = postal code, for deliveries
field-deliveryAddress-locality = town, for deliveries
field-deliveryAddress-country = country, for deliveries
field-deliveryAddress-instructions = what the courier should know
field-workAddress-name = organisation, at work
field-workAddress-street = street and number, at work
field-workAddress-postalCode = postal code, at work
field-workAddress-locality = town, at work
field-workAddress-country = country, at work
field-billingAddress-name = name, for bills
field-billingAddress-street = street and number, for bills
field-billingAddress-postalCode = postal code, for bills
field-billingAddress-locality = town, for bills
field-billingAddress-country = country, for bills
field-workContact-email = e-mail address at work
field-workContact-telephone = telephone number at work
field-otherContact-email = second e-mail address
field-otherContact-telephone = second telephone number
field-otherContact-channel = how you want to be reached
field-emergencyContact-name = whom to call if something happens
field-emergencyContact-relation = what they are to you
field-emergencyContact-telephone = their telephone number
field-children-count = number of children
field-child-name = child's name
field-child-birthDate = child's date of birth
field-child-school = child's school
field-child2-name = second child's name
field-child2-birthDate = second child's date of birth
field-child2-school = second child's school
field-child3-name = third child's name
field-child3-birthDate = third child's date of birth
field-child3-school = third child's school
field-child4-name = fourth child's name
field-child4-birthDate = fourth child's date of birth
field-child4-school = fourth child's school
field-home-kind = kind of building
field-home-area = living area (m²)
field-home-built = built in
field-home-rooms = rooms
field-home-roof = roof
field-home-energyLabel = energy label
field-home-heating = heating
field-home-value = value of the home (WOZ)
field-rent-landlord = landlord
field-rent-monthly = rent in a month
field-rent-since = rented since
field-rent-contract = kind of lease
field-connection-electricityEan = EAN of the electricity connection
field-connection-gasEan = EAN of the gas connection
field-connection-meterNumber = meter number
field-connection-smartMeter = smart meter
field-connection-feedIn = fed back in a year (kWh)
field-connection-lowTariff = electricity at the low tariff in a year (kWh)
field-connection-highTariff = electricity at the high tariff in a year (kWh)
field-connection-gasReading = gas meter reading (m³)
field-connection-waterReading = water meter reading (m³)
field-connection-supplier = energy supplier
field-connection-solarPeak = solar panels (kWp)
field-bank-name = bank
field-bank-bic = BIC of the bank
field-bank-holder = account holder
field-bank-savingsIban = savings account (IBAN)
field-bank-taxCountry = country where you pay tax
field-bank-taxNumber = tax number abroad (TIN)
field-bank-politicallyExposed = holds a prominent public office
field-bank-sourceOfIncome = where your income comes from
field-income-monthlyNet = net income in a month
field-income-debts = debts
field-income-assets = savings and assets
field-insurance-health = health insurer
field-insurance-healthNumber = number at the health insurer
field-insurance-claimFreeYears = years without a claim
field-insurance-contentsValue = value of what is in your home
field-insurance-smoker = smoker
field-car-make = make and model
field-car-firstRegistered = first registered
field-car-mileage = kilometres in a year
field-car-fuel = fuel
field-car-parked = where it is parked at night
field-education-level = highest education
field-education-institution = school or university
field-education-graduated = graduated
field-education-studentNumber = student number
field-care-doctor = family doctor
field-care-pharmacy = pharmacy
field-care-conditions = illnesses and conditions
field-care-medication = medicines
field-care-bloodType = blood group
field-care-height = height (cm)
field-care-weight = weight (kg)
field-work-employeeNumber = employee number
field-work-since = employed since
field-work-contract = kind of work
field-work-hours = hours in a week
field-work-salary = gross salary in a month
field-work-taxCredit = payroll tax credit at this employer
field-work-pensionFund = pension fund
field-work2-organization = second employer
field-work2-jobTitle = job title, second job
field-work2-employeeNumber = employee number, second job
field-work2-since = employed since, second job
field-work2-contract = kind of work, second job
field-work2-hours = hours a week, second job
field-work2-salary = gross salary a month, second job
field-work2-taxCredit = tax credit, second job
field-work2-pensionFund = pension fund, second job
field-work3-organization = third employer
field-work3-jobTitle = job title, third job
field-work3-employeeNumber = employee number, third job
field-work3-since = employed since, third job
field-work3-contract = kind of work, third job
field-work3-hours = hours a week, third job
field-work3-salary = gross salary a month, third job
field-work3-taxCredit = tax credit, third job
field-work3-pensionFund = pension fund, third job
field-work4-organization = fourth employer
field-work4-jobTitle = job title, fourth job
field-work4-employeeNumber = employee number, fourth job
field-work4-since = employed since, fourth job
field-work4-contract = kind of work, fourth job
field-work4-hours = hours a week, fourth job
field-work4-salary = gross salary a month, fourth job
field-work4-taxCredit = tax credit, fourth job
field-work4-pensionFund = pension fund, fourth job
field-business-name = name of your business
field-business-registration = number in the trade register
field-business-vat = VAT number
field-business-iban = business account (IBAN)
field-travel-card = public transport card
hint-of-name-prefix = As letters to you should begin, for instance Ms.
hint-of-name-initials = As in your passport.
hint-of-name-insertion = For instance de or van der.
hint-of-name-familyAtBirth = As in your passport.
hint-of-name-pronouns = For instance she/her.
hint-of-document-number = Give it only to who has to know it by law.
hint-of-drivingLicence-categories = For instance AM, B.
hint-of-deliveryAddress-instructions = For instance: the bell at the back.
hint-of-emergencyContact-name = Ask that person first.
hint-of-emergencyContact-relation = For instance sister, neighbour.
hint-of-connection-meterNumber = It stands on the meter.
hint-of-bank-holder = As on your card.
hint-of-bank-politicallyExposed = Banks have to ask this by law.
hint-of-insurance-healthNumber = It stands on your card.
hint-of-business-vat = As NL001234567B01.
choice-maritalStatus-single = single
choice-maritalStatus-married = married
choice-maritalStatus-registered_partnership = registered partnership
choice-maritalStatus-cohabiting = living together
choice-maritalStatus-divorced = divorced
choice-maritalStatus-widowed = widowed
choice-residence-status-citizen = citizen
choice-residence-status-eu_citizen = citizen of the EU
choice-residence-status-permanent = permanent permit
choice-residence-status-temporary = temporary permit
choice-residence-status-other = something else
choice-document-kind-passport = passport
choice-document-kind-identity_card = identity card
choice-document-kind-driving_licence = driving licence
choice-document-kind-residence_permit = residence permit
choice-otherContact-channel-email = by e-mail
choice-otherContact-channel-telephone = by telephone
choice-otherContact-channel-post = by post
choice-otherContact-channel-message = by message
choice-home-kind-apartment = apartment
choice-home-kind-terraced = terraced house
choice-home-kind-corner = end of a terrace
choice-home-kind-semi_detached = semi-detached house
choice-home-kind-detached = detached house
choice-home-kind-room = room
choice-home-kind-houseboat = houseboat
choice-home-kind-other = something else
choice-home-roof-tiles = tiles
choice-home-roof-flat = a flat roof
choice-home-roof-thatched = thatched
choice-home-roof-other = something else
choice-home-energyLabel-a_plus = A+ or better
choice-home-energyLabel-a = label A
choice-home-energyLabel-b = label B
choice-home-energyLabel-c = label C
choice-home-energyLabel-d = label D
choice-home-energyLabel-e = label E
choice-home-energyLabel-f = label F
choice-home-energyLabel-g = label G
choice-home-heating-gas = on gas
choice-home-heating-heat_pump = heat pump
choice-home-heating-district = district heating
choice-home-heating-electric = by electricity
choice-home-heating-other = something else
choice-rent-contract-indefinite = without an end
choice-rent-contract-fixed_term = for a fixed term
choice-bank-sourceOfIncome-wages = a job
choice-bank-sourceOfIncome-own_business = an own business
choice-bank-sourceOfIncome-pension = a pension
choice-bank-sourceOfIncome-benefit = a benefit
choice-bank-sourceOfIncome-assets = savings and assets
choice-bank-sourceOfIncome-other = something else
choice-car-fuel-petrol = petrol
choice-car-fuel-diesel = diesel oil
choice-car-fuel-electric = electricity
choice-car-fuel-hybrid = hybrid
choice-car-fuel-gas = LPG or gas
choice-car-fuel-other = something else
choice-car-parked-street = in the street
choice-car-parked-driveway = on the driveway
choice-car-parked-garage = in a garage
choice-car-parked-car_park = in a car park
choice-education-level-primary = primary school
choice-education-level-secondary = secondary school
choice-education-level-vocational = vocational training
choice-education-level-bachelor = bachelor or HBO
choice-education-level-master = master or university
choice-education-level-doctorate = a doctorate
choice-education-level-other = something else
choice-care-bloodType-0_neg = O negative
choice-care-bloodType-0_pos = O positive
choice-care-bloodType-a_neg = A negative
choice-care-bloodType-a_pos = A positive
choice-care-bloodType-b_neg = B negative
choice-care-bloodType-b_pos = B positive
choice-care-bloodType-ab_neg = AB negative
choice-care-bloodType-ab_pos = AB positive
choice-work-contract-permanent = permanent contract
choice-work-contract-temporary = temporary contract
choice-work-contract-agency = through an agency
choice-work-contract-self_employed = self-employed
choice-work-contract-retired = with a pension
choice-work-contract-none = no job
choice-gender-f = female
choice-gender-m = male
choice-gender-x = neither of both
choice-household-homeType-owned = my own
choice-household-homeType-rented = rented
choice-household-homeType-shared = shared
choice-household-homeType-other = something else
choice-yes = yes
choice-no = no
choice-none = not filled in
purpose-ServiceProvision = to provide a service
purpose-RequestedServiceProvision = to provide a service you asked for
purpose-DeliveryOfGoods = to deliver goods to you
purpose-PaymentManagement = to handle payments
purpose-Personalisation = to adapt what you see to you
purpose-ServiceUsageAnalytics = to analyse how the service is used
purpose-CustomerManagement = to manage customers
purpose-CustomerCare = to help you as a customer
purpose-EnforceSecurity = to keep things secure
purpose-FraudPreventionAndDetection = to prevent and detect fraud
purpose-Marketing = to promote things
purpose-DirectMarketing = to send you advertising
purpose-FulfilmentOfObligation = to meet an obligation
purpose-LegalCompliance = to do what the law requires
purpose-ResearchAndDevelopment = for research and development
purpose-AcademicResearch = for academic research
purpose-SellDataToThirdParties = to sell your data to others
agreement-SD-BASE = Only the service
agreement-SD-BASE-DP = Only the service, and my data to take along
agreement-SD-BASE-A = The service and analytics
agreement-SD-BASE-A-DP = The service and analytics, and my data to take along
agreement-SD-BASE-AT = The service, analytics and tracking
agreement-SD-BASE-AT-DP = The service, analytics and tracking, and my data to take along
agreement-SD-BASE-ATP = The service, analytics, tracking and a profile
agreement-SD-BASE-ATP-DP = The service, analytics, tracking and a profile, and my data to take along
agreement-SD-BASE-ATP-S3P = The service, analytics, tracking, a profile and sharing
agreement-SD-BASE-ATP-S3P-DP = The service, analytics, tracking, a profile and sharing, and my data to take along
agreement-PDC-AI = My data, given for training AI
agreement-PDC-GOOD = My data, given for the common good
agreement-PDC-INTENT = My intent, told to the market
rule-nobody-advertises-to-me = nobody advertises to me
rule-nobody-sells-my-data = nobody sells my data
rule-sensitive-data-only-with-my-word = sensitive data only with my word
rule-my-bank-account-only-for-payments = my bank account only for payments
rule-my-bank-account-for-a-payment-with-my-word = my bank account for a payment with my word
rule-no-sensitive-data-for-advertising = no sensitive data for advertising
rule-no-sensitive-data-for-sale = no sensitive data for sale
rule-my-name-for-a-service-I-asked-for = my name for a service I asked for
rule-my-address-for-a-service-I-asked-for = my address for a service I asked for
rule-my-contact-details-for-a-service-I-asked-for = my contact details for a service I asked for
rule-my-name-to-the-carrier-of-what-I-bought = my name to the carrier of what I bought
rule-my-address-to-the-carrier = my address to the carrier
rule-my-energy-use-for-a-service = my energy use for a service
rule-my-household-for-a-service = my household for a service
rule-my-name-for-help = my name for help
rule-my-contact-details-for-help = my contact details for help
rule-no-analytics-without-asking = no analytics without asking
rule-no-rule = no default covers it
rule-you = you
refusal-malformed = The message was not in order.
refusal-too-large = It was too large.
refusal-unknown-version = It was of a version that regie does not speak here.
refusal-bad-signature = The signature did not hold.
refusal-wrong-sender = It came from another than it named.
refusal-wrong-audience = It was meant for another.
refusal-not-paired = There is no such relationship.
refusal-bad-invitation = The link is unknown, used or past its time. Ask the supplier for a new one.
refusal-clock-skew = The two clocks differ by more than five minutes. Set the clock and try again.
refusal-replayed = It was sent before.
refusal-rate-limited = Too many in a short time.
refusal-too-many-waiting = Too many requests wait already.
refusal-unknown-field = There is no such field.
refusal-not-granted = Not granted.
refusal-declined = You said no, or they did.
refusal-expired = past its time
refusal-not-yet-valid = not in force yet
refusal-revoked = ended
refusal-used-up = used up
refusal-widened = It asked for more than was passed on.
refusal-broken-chain = A link was missing.
refusal-forked = The log does not follow.
refusal-unproven = That the log follows was not shown yet.
refusal-paused = The relationship is paused.
refusal-unavailable = The other side can't answer now. Try again later.
refusal-unexpected = It had no place there.
outside-first-run = This link was used before, is too old, or belongs to another browser. Stop `regie` in the terminal and start it again for a fresh one.
fault-odd = This page could not read that address or form. Go back and try again.
fault-large = That is too large for this page. Send less at a time.
import-read = Read the file
import-nothing = Nothing was chosen, so nothing was changed.
found-title = What the file holds
found-choose = Choose what to keep
found-now = now: { $what }
found-nothing-new = Nothing in this file is new to you.
found-told-nobody = If you keep this, nobody is told.
found-told =
    If you keep all of this, { $n ->
         [one] one supplier is
        *[other] { $n } suppliers are
     } told.
found-same =
    { $n ->
         [one] One field is
        *[other] { $n } fields are
     } the same as you have now.
show-names = Show the names
show-all = Show all
rules-which = which supplier
rules-agreement = Only under an agreement at least as tight as
what-groups = Groups
what-fields = Single fields
why-agreement = under an agreement at least as tight as: { $what }
agreement-title = What you proffer to new suppliers
agreement-about = Your terms: the supplier accepts them or there is no relationship. Suppliers you have keep theirs.
agreement-portable = And they owe me my data to take along
agreement-keep = Proffer this from now on
agreement-kept = From now on new suppliers are proffered this agreement.
failure-not-found = It is not there, or not any more. Go back and look again.
failure-bad-argument = Something that was given was not understood. Go back and change it.
failure-already-done = It was done already. There is nothing left to do.
failure-bad-pairing = The pairing did not hold. Ask the supplier for a new link.
failure-refused = It was refused.
failure-no-node = Regie does not run. Start `regie` in a terminal.
failure-unreachable = The supplier can't be reached now. Try again later, or ask for a new link.
failure-damaged = The store is damaged. Keep a copy of the directory and restore the last backup.
failure-store = The store can't do this now. See what stands below.
failure-internal = Something inside failed. Try again; start regie again if it stays so.
failure-locked = That is not the passphrase. Try again.
calendar-1 = Jan
calendar-2 = Feb
calendar-3 = Mar
calendar-4 = Apr
calendar-5 = May
calendar-6 = Jun
calendar-7 = Jul
calendar-8 = Aug
calendar-9 = Sep
calendar-10 = Oct
calendar-11 = Nov
calendar-12 = Dec
sure-end = Every permission of this supplier ends now. It keeps what it has. This can't be taken back; the supplier can ask anew.
yes-end = Yes, end every permission
sure-erase = Every permission ends now, and the supplier must erase what it has and sign for it. This can't be taken back; the supplier can ask anew.
yes-erase = Yes, end and ask for erasure
sure-remove = The value and all earlier ones are destroyed here, and suppliers that are told of changes hear that it is gone. This can't be taken back.
yes-remove = Yes, remove it
tried-preset = All your defaults are replaced by this set, those that came from your own decisions too.
rule-you-said = a decision of yours

# The company's page
console-title = Companion
console-about = What this companion knows and does. Offers and keys have pages of their own; nothing else can be changed here.
console-footer = Regie · pages to look at, to make offers and keys; everything else is in the API
console-key = API key
console-wrong = No such key. `regie supplier key create` makes one.
console-enter = Show
console-leave = Leave
console-live = Real persons
console-test = Trials
console-relationships = Relationships
console-connected = Connected now
console-told-later = Told to come later, by public links
console-disclosures = Disclosures
console-events = Last event
console-waiting = Requests that wait
console-waiting-about = Among the newest { $n } requests.
console-nothing-waits = None. Every person has answered.
console-acts = Notice and rights that wait for your answer
console-acts-about = Each was signed for when it came. A right has to be answered within a month of that day (GDPR, article 12). Answer on the page behind this title, with regie supplier answer, or by the API.
console-no-acts = None.
console-act = Act
console-act-kind = What it asks
console-act-contract = Contract
console-answer-by = Answer by
console-overdue = overdue
console-request = Request
console-purpose = Purpose
console-fields = Fields
console-since = Since
console-state = State
console-with-person = The person decides
console-not-delivered = Waits until the person's node connects
console-persons = Persons and how fresh what you hold of them is
console-nobody = Nobody yet. Make an invitation and give its link to a person.
console-fresh-month = Values under 30 days
console-fresh-year = 30 days to a year
console-fresh-older = Over a year
console-fresh-about = Counted over the persons in this table.
console-relationship = Relationship
console-agreement = Agreement
console-newest = Newest value
console-oldest = Oldest value
console-older = Earlier persons
console-deliveries = Deliveries to your systems
console-no-webhooks = There is no webhook. Events can be read by cursor all the same.
console-webhook = Webhook
console-behind = Events behind
console-failures = Failures in a row
console-enabled = on
console-disabled = stopped
console-paused = paused
console-failing = fails
console-given-up = Stopped on { $what } if it goes on so
console-dead-letters = { $n ->
    [one] One event was refused to the end
   *[other] { $n } events were refused to the end
}
console-keys = Keys and second words
console-back = Back
console-key-made = The new key. It is shown this once
console-approvals = What waits for a second one's word
console-approvals-about = A request to many persons, or a table, that one key asked for. Another has to agree within three days.
console-no-approvals = Nothing.
console-approval-for = For
console-approval-by = Asked for by
console-approval-pending = waits
console-approve = Agree
console-refuse = Refuse
console-keys-held = Keys that hold
console-key-name = Which system uses it
console-key-scopes = What it may do
console-key-from = Taken from
console-key-from-hint = Networks as 192.0.2.0/24, with commas. From everywhere, where none is named.
console-key-used = Used last
console-key-end = End
console-key-new = Make a key
console-key-expires = Until
console-key-make = Make it
scope-read = see what is held, asked and told
scope-ask = say something to persons
scope-erase = erase what is held
scope-webhooks = make and change webhooks
scope-approve = agree to what another key began
scope-admin = make and end keys, and see who read what
console-answered = Answered. The answer is signed, and on its way to the person.
console-answers-about = An answer is signed and can't be taken back. The first ones are due first.
console-act-about = About
console-answer = Answer
console-answer-choose = Choose
console-answer-ends = It ends, on this day
console-answer-dossier = Done: send everything that this companion holds, as a file
console-answer-done = Done
console-answer-complex = Two months more: it is complex
console-answer-many = Two months more: there are many requests
console-answer-refuse = Refused
console-answer-last-day = Last day
console-answer-do = Sign and send
refuse-unfounded = it is manifestly unfounded
refuse-excessive = it is excessive
refuse-legal-duty = a law demands that it is kept
refuse-legal-claims = it is needed for legal claims
refuse-public-interest = it is in the public interest
refuse-others-rights = it would harm others
refuse-still-needed = it is still needed
refuse-overriding = there are grounds that weigh more
refuse-correct = what is held is correct
refuse-not-automated = it is not held by machines, or was not given by the person
refuse-no-such-contract = there is no such contract
refuse-ended-already = it has ended, or ends already
refuse-cooling-off-over = the time to withdraw is over
refuse-no-withdrawal = the law lets nobody withdraw from it
console-market = Wishes and offers
console-wanted = What people want
console-wanted-about =
    { $n ->
        [0] You follow no board. Follow one by regie supplier follow, or by the API.
        [one] Found on the board that you follow, the newest first. Nobody is named.
       *[other] Found on the { $n } boards that you follow, the newest first. Nobody is named.
    }
console-nothing-wanted = Nothing that is open now.
console-wish = Wish
console-details = What matters
console-at-most = At most
console-budget = at most { $what }
console-until = Until
console-strange = not in the catalogue
console-offer = Offer
console-offer-new = Make an offer
console-offer-title = What you offer, in one line
console-offer-price = Price
console-offer-unsaid = Not said
console-offer-needs = What you need to know to deliver. Just this is granted when the offer is taken up
console-offer-other = Other fields
console-offer-other-hint = By their paths, with commas: household.size, group:energy.
console-offer-reference = Your own reference, which nobody else sees
console-offer-retention = Days that you keep a value
console-offer-holds = Days that the offer holds
console-offer-do = Send the offer
console-offers = Offers that you made
console-no-offers = None yet.
console-offer-state-waiting = on its way
console-offer-state-delivered = on the board
console-offer-state-refused = refused by the board
console-offer-state-taken-up = taken up

menu-inbox = Inbox
inbox-title = Inbox
inbox-about = What suppliers sent into the collections that you opened. Nothing else can come in.
inbox-corrections = Corrections they propose
inbox-no-corrections = None.
inbox-documents = Documents
inbox-no-documents = None yet. On a supplier's page you open a collection, for instance for bills.
inbox-present = You have
inbox-after = It should be
inbox-nothing = nothing
inbox-stale = The supplier believed that you have something else. Compare well.
inbox-accept = Take it over
inbox-decline = Leave it
inbox-delete = Throw away
inbox-delete-yes = Yes, throw it away for good
inbox-what = What
inbox-where = In
inbox-do = Do
inbox-bytes = { $n } bytes
inbox-accepted = Taken over. Whoever is entitled to it is told.
inbox-declined = Left as it was.
inbox-deleted = Thrown away for good.
item-here = waits for you
item-accepted = taken over
item-declined = left as it was
collection-bills = bills and payments
collection-contracts = contracts and terms
collection-corrections = corrections
collection-messages = messages
collection-meter-readings = meter readings and use
collection-warranties = warranties and manuals
collection-other = other documents
access-write = may send you items
event-received = Something came into: { $what }.
event-kind-received = items received
supplier-open = Let this supplier send you
supplier-open-do = Open
supplier-open-hint = For a year, at most 10 items an hour and 500 in all. You can end it like any permission.
supplier-opened = Opened. What comes stands in your inbox.
terms-checked = Regie itself refuses requests for other purposes, handing on and keeping that this agreement does not permit. Tracking and what happens with data it has already are the supplier's word.
pair-alternative = The supplier does not accept your terms and proposes: { $what }. That also permits:
pair-alternative-next = Choose "the same" below to agree to it, or leave this page: nothing was agreed.
also-analytics = analysis of how you use the service
also-tracking = tracking
also-profiling = a profile of you
also-third-parties = sharing anonymised data with others
refusal-outside-agreement = outside your agreement
refusal-collection-full = the collection is full

menu-wishes = Wishes
wishes-title = What you want
wishes-about = Say what you want without saying who you are. Suppliers answer with offers; only the one whose offer you take up gets to know you, and only what its offer needs.
wishes-no-offers = No offers yet. Regie looks by itself; come back later.
wishes-known = you know it
wishes-price = Costs
wishes-above = above your budget
wishes-budget = At most
wishes-until = Until
wishes-refused = The noticeboard said
wishes-needs = Needs to know
wishes-needs-nothing = nothing
wishes-why = For
wishes-kept = { $n ->
    [one] kept for 1 day
   *[other] kept for { $n } days
}
wishes-take = Take it up
wishes-take-means = { $what } gets to know you, under a key of its own, and gets just what stands above. You can end that like any permission.
wishes-take-yes = Yes, take it up
wishes-pass = Pass over
wishes-held-back = { $n ->
    [one] 1 more offer ranks below these; pass one over and it moves up.
   *[other] { $n } more offers rank below these; pass one over and the next moves up.
}
wishes-passed-over = { $n ->
    [one] 1 offer was passed over.
   *[other] { $n } offers were passed over.
}
wishes-withdraw = Want no more offers
wishes-new = Want something new
wishes-new-about = Write nothing that tells who you are: regie refuses your name, address, telephone and such, but it cannot see everything.
wishes-category = What is it that you want?
wishes-wish = Anything else that matters, in your words
wishes-by = The best offer is
wishes-by-all = best fit, then cheapest
wishes-by-price = the cheapest
wishes-by-match = the one that fits most
wishes-by-fields = the one that needs to know least
wishes-by-retention = the one that keeps it shortest
wishes-by-known = of a supplier I know
wishes-days = For how many days
wishes-board = Which noticeboard it hangs on
wishes-board-hint = Whoever keeps it sees what you want, and not who you are.
wishes-do = Cast it
wishes-cast = Cast. Offers come here.
wishes-taken = Taken up. The supplier has what its offer needs, and the others get nothing.
wishes-passed = Passed over.
wishes-withdrawn = Withdrawn. No more offers come.
wishes-another-kind = Want something of another kind
wishes-hint-money = An amount, as 150 or 149.50, and in which money.
wishes-hint-year = The year is enough.
wishes-hint-region = Your province, or the first two digits of your postal code. Not your whole postal code.
wishes-filled-in = Filled in from your own data, roughly. Change it, or leave it empty.
wishes-all-the-same = does not matter
wishes-days-wrong = For how many days is a number from 1 to 90.
wishes-no-boards = None of your suppliers keeps a noticeboard. Paste the link of one below.
wishes-board-of = That of { $what }
wishes-board-last = The one that you used last
wishes-board-other = Another noticeboard
wishes-board-link = The link of the noticeboard
wishes-board-link-hint = Who keeps the noticeboard has it. Paste the whole link.
wishes-code = Its code
wishes-taken-of = You took up the offer of { $what }
wishes-offer = Offer
wishes-bound = You are bound for
wishes-choose = Choose
wishes-no-price = not said
wishes-not-said = not said
wishes-knows = Was told
wishes-stands = How it stands
wishes-arrived = The supplier has it.
wishes-on-its-way = On its way: the supplier hears of it when it is reached.
wishes-contract = The contract that came of it
wish-state-casting = on its way to the noticeboard
wish-state-open = open
wish-state-withdrawn = withdrawn
wish-state-taken-up = taken up
wish-state-ended = ended
event-cast = You cast an intent.
event-closed = An intent was closed.
event-kind-cast = intents cast
event-kind-closed = intents closed
refusal-not-a-board = no noticeboard
refusal-unknown-intent = no such intent is open
refusal-not-admitted = not admitted by the noticeboard
refusal-wrong-board = another noticeboard's
refusal-board-full = the noticeboard is full
refusal-key-spent = that key has another wish
refusal-not-a-helper = adds up no answers
refusal-wrong-batch = other batch of the count
refusal-too-few = too few answers
refusal-too-many-offers = no more offers

credentials-title = Credentials
credentials-about = What others vouch for: a municipality, a bank, a school signs it. Regie shows a supplier the one value that it may have, with the proof, and nothing else.
credentials-none = You hold none.
credentials-remove = Throw away; the values stay as your own word
credentials-key-about = An issuer binds a credential to a key of yours. Make one for each credential and give it to the issuer.
credentials-key-made = The key for the issuer
credentials-key = Make a key
credentials-text = The credential, as the issuer gave it
credentials-issuer = The issuer's public key, or its root certificates, as the issuer publishes them
credentials-add = Take it in
credentials-added = Taken in: its values carry the issuer's name now.
credentials-removed = Thrown away.

menu-segments = Belonging
segments-title = Do you belong?
segments-about = Suppliers publish who they look for. Regie compares it with what you hold, here and nowhere else; a supplier hears only what you say yourself.
segments-left = Privacy budget left for being counted, over all suppliers: { $what }. What you spend comes back after a year.
segments-none = No supplier of yours publishes any now.
segments-fits = fits you
segments-fits-not = does not fit
segments-epsilon = What being counted costs of it
segments-by-chance = If you let yourself be counted here, this supplier gets an answer that bears your key with it: drawn by chance, and right in { $what } of 100 cases. That is a guess about you, not nothing.
segments-helper = Your answer is cut in two: one half for this company, one for { $what }. Neither sees an answer.
segments-least = { $n ->
    [one] Only the sum of { $n } or more is ever read.
   *[other] Only the sum of { $n } or more is ever read.
}
segments-counted = counted
segments-yes = Yes, I belong
segments-no = Leave me out
segments-count = Count me without my name
segments-you-yes = you said yes
segments-you-no = you said no
segments-you-count = you let yourself be counted
segments-said-yes = Said. You can take it back any time.
segments-said-no = You are left out.
segments-said-count = Counted: an answer drawn by chance went out, once and for all.
segments-brings = What it brings, in the supplier's words:
segments-whom = Who it is for:
segments-part = What is looked at
segments-yours = Yours
segments-holds = Does it hold?
segments-no-value = not filled in
segments-yes-tells = If you say yes, { $what } hears that all of this holds for you, and not your values. Used for:
clause-holds = true of you
clause-fails = not true of you
clause-unknown = you hold no value to tell by
event-belonged = You said whether you belong to a group that a supplier looks for.
event-counted-in = You were counted without a name.
event-kind-belonged = words on who belongs
event-kind-counted-in = times counted
event-acted = You had it do: { $what }.
event-act-received = It signed that this came.
event-act-refused = It did not take it: { $what }.
event-act-answered = It answered what you had it do.
event-kind-acted = things you had suppliers do
event-kind-act-received = receipts for them
event-kind-act-refused = not taken by them
event-kind-act-answered = answers to them
act-kind-end = end a contract
act-kind-withdraw = undo a contract within its cooling-off
act-kind-access = show what it has of you (GDPR 15)
act-kind-rectification = correct what it has of you (GDPR 16)
act-kind-erasure = erase what it has of you (GDPR 17)
act-kind-restriction = leave what it has of you alone (GDPR 18)
act-kind-portability = hand over what it has of you for another program (GDPR 20)
act-kind-objection = stop using what it has of you (GDPR 21)
refusal-unknown-segment = no such group
refusal-unknown-act = nothing that was said
refusal-unknown-item = a piece of nothing that was announced
refusal-too-many-acts = it takes no more over the line
standing-proven = domain proven
standing-claimed = domain only claimed
standing-contradicted = contradicted by its domain
standing-none = no domain
standing-unread = not known to you
standing-vouched = you vouched for it
standing-since = since { $what }
standing-checked = last checked { $what }
standing-defaults = Your defaults
standing-defaults-yes = answer it
standing-defaults-no = do not answer it: you are asked each time
looks-like = looks like { $what }
looks-like-known = It looks like “{ $what }”, which you know already, but it has another key.
looks-like-since = You know that one since { $what }.
unread-not-a-domain = What it calls its domain is not the name of one. Ask it to mend its profile.
unread-unresolved = The domain's name can't be found. Check your connection, or ask the supplier whether the domain still is its own.
unread-private = The domain leads into a private network, which is not looked at.
unread-unreachable = The domain's web server does not answer. It is tried again later.
unread-certificate = The domain's certificate does not hold: it is expired, for another name, or of an issuer that this system does not trust.
unread-slow = The domain's web server did not answer in time. It is tried again later.
unread-redirect = The domain leads to another place instead of answering itself.
unread-no-document = The domain has no document that proves it. Ask the supplier to put one there.
unread-too-large = The domain's document is too large. Ask the supplier to write it anew.
unread-outdated = The domain's document is still signed by a key that the supplier has replaced. Ask the supplier to write it anew.
unread-not-a-document = What stands at the domain is not a signed profile. Ask the supplier to write it anew.
unread-proxied = The proxy that regie uses did not lead to the domain's web server. Look whether the proxy runs and reaches others; it is tried again later.
unread-no-tls = Regie can't check certificates on this machine. Install the package ca-certificates.
contradiction-other-key = The domain's document is of another key: this is not who keeps that domain, or it has a new key. Ask on a way that you trust.
contradiction-revoked = The domain says that this key speaks for it no longer: it was lost or stolen. Nothing is told to who holds it. Ask the supplier for a new link on a way that you trust.
contradiction-other-domain = The domain's document names another domain. Ask the supplier on a way that you trust.
pair-wishes = What it will ask for, and why
pair-wishes-none = It does not say.
pair-vouch = I got this link from them myself
pair-mixed-scripts = Its name mixes letters of several scripts, which can make it look like another.
vouch-hint = Only then, or where its domain is proven, do your defaults answer it. Otherwise you are asked each time.
do-vouch = I know that it is they: let my defaults answer
do-vouch-no = Take that back
supplier-vouched = You vouched for it. Your defaults may answer it.
supplier-vouched-no = You vouch for it no longer.
event-identified = Who it is changed, by what its domain says.
event-vouched = You vouched for it.
event-vouched-no = You took your word for it back.
event-profile-renewed = It showed a newer profile.
other-next-key = It names another next key than when you met it. Somebody else may be speaking in its name: ask it on a way that you trust.
do-renew-key = Go by another key here
renew-key-hint = Whoever saw this key, in a network that you used, does not know you again under the next. What you agreed on goes on.
supplier-key-renews = Regie goes by another key as soon as the supplier knows it.
event-key-renewed = You go by another key here.
event-key-rotated = It changed its key, to the one that it had committed to.
rule-not-known = it is not proven who this is, and you did not vouch for it
failure-changed-profile = The supplier shows another profile now than the one you looked at. Nothing was paired; look at it again.
failure-comes-later = Too many people come to this supplier at this moment. Regie tries again by itself for a day; you find the supplier in your list when you are paired.
failure-look-first = This supplier is not who it seems to be, or looks like another. Look at it before you take its offer up.

# Who has my data?
find-title = Who has my data?
find-about = Your password manager knows where you log in, and your bank knows whom you pay. Give exports of both, and see who holds data of yours. Only addresses, user names and what you pay again and again are read. Passwords and single payments are not kept, and nothing leaves this computer.
find-files = The files
find-files-hint = From a password manager or browser: Bitwarden (JSON or CSV), KeePass (KDBX), Chrome, Firefox, Safari (CSV), or the FIDO exchange format. From a bank: CAMT.053, MT940 or CSV. Give several at once; with a year of statements yearly payments are seen too. Delete the exports afterwards.
find-password = Password of the file, if it has one
find-password-hint = For KeePass, and for an encrypted export of Bitwarden. It is used once and not kept.
find-read = See who has my data
find-nothing = These files tell of nobody. Choose other files, or a longer period.
find-over = What was found is not kept longer than half an hour. Read the files again.
find-preview = This is who we found
find-preview-hint = Nothing is entered yet. Take away what is wrong, and enter the rest in one step.
find-enter = Enter what is ticked
find-entered = { $n ->
    [0] Nothing new was entered.
    [one] One organisation was entered.
   *[other] { $n } organisations were entered.
 }
find-sure = { $n ->
    [one] One that holds data of yours
   *[other] { $n } that hold data of yours
 }
find-unsure = { $n ->
    [one] One of which it is not sure
   *[other] { $n } of which it is not sure
 }
find-unsure-all = Enter all of these too
find-known = { $n ->
    [one] One that you know already
   *[other] { $n } that you know already
 }
find-have = { $n ->
    [0] No organisation is entered yet
    [one] One organisation is entered
   *[other] { $n } organisations are entered
 }
find-domains = Web address
find-email = E-mail
find-login = You log in there.
find-login-as = You log in there as { $what }.
find-app = You have an app by that name.
find-pays-monthly = You pay every month since { $what }.
find-pays-quarterly = You pay every three months since { $what }.
find-pays-yearly = You pay every year since { $what }.
find-collects = It collects by your mandate since { $what }.
find-contract = Also as a contract: { $what }.
find-contract-about = Also as a contract: about { $what }.
find-contract-price = The price of the contract is now { $what }.
find-has-companion = is on regie
same-title = Are these the same?
same-about = A supplier that you are connected with may be an organisation on your list. Only you can say that: a name can be anybody's. If they are the same, its contracts and its history are shown with the supplier.
same-supplier = You are connected with the supplier { $what }.
same-yes = They are the same
same-no = They are two
same-joined = { $what } is on regie now. What you had of it stands with the supplier.
same-two = { $what } stays on your list as it was.
joined-title = What you had of it before
joined-listed = On your list as { $what }.
joined-since = Since { $what } it is on regie.
joined-told = A changed address reaches it at once, and not by letter.
joined-asks = What it wants to know it asks you for, and your defaults answer.
joined-proof = It signs for what it erases, and for what it was told.
find-contract-ended = Not paid since { $what }: the contract has ended.
find-entered-contracts =
    { $n ->
        [one] One contract was entered or changed.
       *[other] { $n } contracts were entered or changed.
    }

# Contracts
menu-contracts = Contracts
contracts-title = Contracts
contracts-about = What you are bound to, what it costs, and by when notice has to be there. Suppliers write contracts here where you opened that collection; you add the others.
contracts-sum = { $n ->
        [one] a month, for one contract
       *[other] a month, for { $n } contracts
    }
contracts-sum-said = (partly by what suppliers say)
contracts-none = No contracts yet. Add the first one: energy, telephone, insurance, sport.
contracts-new = Add a contract
contracts-what = What it is about
contracts-next = Comes next
contracts-price = Price
contracts-end = Can end
contracts-over = It is over.
contracts-was = was { $what }
contracts-varies = differs each time
contracts-ends = Ends on { $what }.
contracts-can-end = On { $what }.
contracts-can-end-by = Give notice by { $what }.
contracts-by-law = by law
contracts-letter = Letter to end it
contracts-next-withdraw = Withdraw by { $what }, if you want to
contracts-next-notice = Give notice by { $what }, or it goes on
contracts-next-renews = Goes on by itself on { $what }
contracts-next-ends = Ends on { $what }
contracts-next-begins = Begins on { $what }
contracts-next-none = Nothing by itself
contracts-from-you = typed by you
contracts-from-payment = found by payments
contracts-fill-in = Fill in how it ends
contracts-from-supplier = written by the supplier
contracts-from-offer = by the offer that you took up
contracts-left-out = { $n ->
        [one] One more record of a supplier is not shown: it sends too many.
       *[other] { $n } more records of suppliers are not shown: they send too many.
    }
contracts-law = Counted with the law for consumers of { $what }: what was extended by itself can be ended at any time.
contracts-no-law = Say in which country you live, and its law for consumers is counted in.
contracts-no-advice = This is arithmetic over what stands in a contract, and no legal advice. Rent, work, insurance and telephone have rules of their own.
contracts-feed = In your calendar
contracts-feed-about = Give this address to the calendar program of this computer: it shows by when notice has to be there. Who has the address sees these dates, and nothing else.
contracts-feed-renew = Make another address
contracts-feed-renewed = The feed has another address. The one before shows nothing more.
contracts-removed = It is off the list.
contracts-kept = Kept.
contracts-required = Something is still empty: fill it in.
contracts-amount-wrong = Write an amount such as 12.95.
contracts-count-wrong = Write a whole number, such as 1 or 12.
contracts-once = once
contracts-every-day = { $n ->
        [one] a day
       *[other] every { $n } days
    }
contracts-every-week = { $n ->
        [one] a week
       *[other] every { $n } weeks
    }
contracts-every-month = { $n ->
        [one] a month
       *[other] every { $n } months
    }
contracts-every-year = { $n ->
        [one] a year
       *[other] every { $n } years
    }
contracts-days = days
contracts-weeks = weeks
contracts-months = months
contracts-years = years
contracts-unit = Unit
contracts-party = With whom
contracts-number = Number of the contract
contracts-customer = Your customer number
contracts-currency = Currency
contracts-price-hint = Leave it empty where it differs from bill to bill.
contracts-every = Paid every
contracts-start = First day
contracts-term = You are bound at first for (empty: not at all)
contracts-term-ends = This term ends on
contracts-then = After that, without notice, it
contracts-then-open = goes on without an end
contracts-then-again = goes on for another term
contracts-then-ends = ends
contracts-again = That other term is (where there is one)
contracts-notice = They need notice ahead by (empty: none)
contracts-notice-by = Notice for that by
contracts-to = With notice it ends on
contracts-to-any = any day
contracts-to-month = the last day of a month
contracts-to-term = the last day of a term
contracts-made = The day on which you agreed, if that was online, by phone or at the door: you have 14 days to withdraw
contracts-cooling-off = Withdraw without a reason until
contracts-ended = Its last day, if it has been ended
contracts-change = Change it
contracts-theirs = The supplier wrote this, so only the supplier can change it. If it is wrong, tell them, or take it off the list and add your own.
contracts-withdraw = Letter to withdraw
contracts-remove = Take it off the list
contracts-remove-means = It goes from here for good. With the other party it ends nothing.
contracts-remove-yes = Yes, take it off
contracts-letter-about = { $what } takes no such word from regie yet, so this goes by letter. Nothing is sent by itself.
contracts-letter-by = They have to have it by { $what }.
contracts-letter-text = The letter
contracts-letter-prove = Send it in a way that you can prove: registered, by e-mail with an answer, or in their own form with a picture of the screen. Keep the answer.
contracts-tell = End it
contracts-tell-withdraw = Withdraw from it
contracts-tell-title = Tell { $what } that it ends
contracts-tell-about = { $what } has a line to you. It is told at once, and signs that it came: from that moment notice is received. It answers with the last day.
contracts-tell-last = The last day that you ask for
contracts-tell-yes = Tell it now
contracts-tell-withdraw-yes = Withdraw now
contracts-tell-told = It is on its way. This page shows when it was signed for.
contracts-tell-letter = Or send a letter
contracts-said = What its supplier was told
contracts-said-what = What you said
contracts-said-asked = Last day you asked for
contracts-said-at = When
contracts-said-state = State
contracts-said-received = Signed for on
contracts-said-ends = Last day it confirmed
contracts-said-why = Why not
contracts-said-letter = Write the letter
act-state-waits = on its way; it is not signed for yet
act-state-received = signed for; the answer is awaited
act-state-extended = it takes two months longer
act-state-done = done
act-state-refused = it refuses
act-state-not-taken = not taken over the line; send a letter
act-why-complex = it is complex
act-why-many = there are many requests
act-why-unfounded = it says that it is unfounded
act-why-excessive = it says that you ask too often
act-why-legal-duty = a law demands it
act-why-legal-claims = it is needed for legal claims
act-why-public-interest = it is in the public interest
act-why-others-rights = it would harm others
act-why-still-needed = it is needed still for what it was collected for
act-why-overriding = it has grounds that weigh more
act-why-correct = what it holds is correct, it says
act-why-not-automated = it was not given by you, or is not held by machines
act-why-no-such-contract = it knows no such contract
act-why-ended-already = it has ended already
act-why-cooling-off-over = cooling-off is over
act-why-no-withdrawal = nobody can withdraw from such a contract
feed-withdraw = Last day to withdraw: { $what }
feed-notice = Give notice by today: { $what }
feed-renews = Goes on by itself: { $what }
feed-ends = Ends: { $what }
feed-then = Then it ends on { $what }.

# Requests under the GDPR

menu-cases = Requests
cases-title = Your requests
cases-about = What you asked of organisations by the GDPR, until when they have to answer, and what comes next. Nothing goes out by itself.
cases-waiting = { $n ->
    [one] One waits for you, or comes near a day that you should know of.
   *[other] { $n } wait for you, or come near a day that you should know of.
  }
cases-new = Ask an organisation
cases-none = No requests yet. Ask who has your data what they have, or to put it right, erase it or stop advertising.
cases-what = To whom, and what
cases-state = Where it stands
cases-due = Answer by
cases-next = What comes next
cases-waits = waits for you
cases-no-advice = This is arithmetic over dates by the law's rules, and no legal advice.
cases-right = What do you ask for?
cases-whom = Whom do you ask?
cases-all = { $n ->
    [one] The one organisation in your list
   *[other] All { $n } organisations in your list
  }
cases-nobody = No organisation is in your list yet.
cases-choose = Choose at least one organisation.
cases-preview = Show who gets it
cases-preview-hint = Nothing is sent yet. Who is on regie is asked at once; to the others a letter is written, which you send yourself.
cases-would-begin = { $n ->
    [one] one case
   *[other] { $n } cases
  }
cases-no-address = { $n ->
    [one] Of one no address is known: add its e-mail or postal address before you write.
   *[other] Of { $n } no address is known: add an e-mail or postal address before you write.
  }
cases-reach = By which way
cases-runs = A case for this runs already
cases-begin = { $n ->
    [one] Begin the case
   *[other] Begin { $n } cases
  }
cases-begun = { $n ->
    [0] No case was begun.
    [one] The case is begun. Nothing was sent yet.
   *[other] { $n } cases are begun. Nothing was sent yet.
  }
cases-past = What happened
cases-undo = Take the last step back
cases-undone = The last step is taken back.
cases-mark = Note what happened
cases-happened = What happened
cases-on = On which day
cases-way = By which way, if you sent something
cases-received = Since when they have it, if they say so
cases-note = Note it
cases-noted = Noted.
cases-authority = To which authority, if you complained
cases-authorities = Where you can complain
cases-authorities-about = You may always complain in the country where you live; that authority passes it on where another one is to decide. Where there are several, its page says which is for your case.
cases-own-country = your country
cases-authority-form = Its page for complaints
cases-no-authority = No authority of your country or theirs is in the directory. Add a list of authorities with `regie directory add`, or write its name yourself.
cases-files = Files of this case
cases-no-files = Nothing is filed yet.
cases-files-hint = What others sent you can do harm when it is opened. It is kept as it came, and only ever saved, not shown.
cases-file-choose = Answers to file, at most 16 MB together
cases-file = File them
cases-filed = { $n ->
    [one] One file is filed.
   *[other] { $n } files are filed.
  }
cases-file-part = not all of it came
cases-file-remove = Remove
cases-file-removed = The file is removed for good.
cases-remove = Remove this case
cases-remove-means = It goes from here for good, with its files. With the organisation it changes nothing.
cases-remove-yes = Yes, remove it
cases-removed = The case is removed.
cases-objection = Against advertising nothing is weighed: they have to stop. The month is for telling you that they did.
right-access = See what they have (article 15)
right-rectification = Put it right (article 16)
right-erasure = Erase it (article 17)
right-restriction = Use it no further (article 18)
right-portability = Get it for other programs (article 20)
right-objection = No more advertising (article 21)
right-about-access = What data they have of you, where it is from, what for, and who got it; with a copy.
right-about-rectification = Wrong data is corrected, and what is missing is added.
right-about-erasure = They delete what they need no longer, or have no ground for.
right-about-restriction = They keep it and use it for nothing else, while something is disputed.
right-about-portability = What you gave them, in a form that other programs read.
right-about-objection = They stop using your data for advertising. They can't weigh that against anything.
case-state-drafted = Drafted
case-state-sent = Sent
case-state-acknowledged = They have it
case-state-identity-asked = They ask for proof of identity
case-state-late = Late
case-state-answered = Answered
case-state-refused = Refused
case-state-complained = With the authority
case-state-closed = Closed
case-next-send = Send the request, and note the day.
case-next-answer = They have to answer by { $what }.
case-next-identity = Prove who you are, as far as they need it; or write that they know enough. Then note the day.
case-next-remind = The last day has passed. Send a letter of default, or complain.
case-next-reminder = Your letter of default gives them until { $what }.
case-next-complain = You can complain to the supervisory authority.
case-next-read = Read the answer. If it is enough, close the case; if not, you can complain.
case-next-authority = The authority has to tell you by { $what } how it stands.
case-next-ask-authority = Three months have passed. Ask the authority how it stands; you may also go to court.
case-next-nothing = Nothing more.
case-due = An answer is due by { $what }
case-due-presumed = Counted from { $what }, when they presumably got it: by e-mail or form the day it was sent, by post two working days later.
case-due-received = Counted from { $what }, when they got it.
case-due-one = One month (GDPR, article 12 (3)). The day of receipt does not count.
case-due-three = Three months, since they said in time that they need two more (GDPR, article 12 (3)).
case-due-extended-late = They said that they need more time when the first month was over, so it is one month all the same.
case-due-still = They wait for proof of identity. Until they have it the time may stand still; this is the day if you gave it today.
case-due-paused = { $n ->
    [one] One day on which they waited for proof of identity is not counted. That may be so where their doubt was reasonable.
   *[other] { $n } days on which they waited for proof of identity are not counted. That may be so where their doubt was reasonable.
  }
case-due-moved = Counted, it ends on { $what }: no working day there, so it holds until the next one (Regulation 1182/71).
case-due-without = If they had no reason to doubt who you are, it is { $what }.
case-due-no-holidays = The public holidays of their country are not known here; one of them can make it later.
case-default-days = { $n ->
    [one] A letter of default gives them one day more here. No law says how many.
   *[other] A letter of default gives them { $n } days more here. No law says how many.
  }
case-step-drafted = You began the case.
case-step-sent = You sent the request ({ $what }).
case-step-received = They wrote that they have it since { $what }.
case-step-acknowledged = They wrote that they have it.
case-step-identity-asked = They asked for proof of identity.
case-step-identity-given = You answered that.
case-step-extended = They said that they need two months more.
case-step-answered = They answered.
case-step-refused = They refused.
case-step-reminded = You sent a letter of default ({ $what }).
case-step-complained = You complained to { $what }.
case-step-closed = The case was closed.
case-mark-sent = I sent the request
case-mark-acknowledged = They say that they have it
case-mark-identity-asked = They ask for proof of identity
case-mark-identity-given = I gave it, or wrote that they know enough
case-mark-extended = They say that they need two months more
case-mark-answered = They answered
case-mark-refused = They refused
case-mark-reminded = I sent a letter of default
case-mark-complained = I complained to the authority
case-mark-closed = Close the case
way-email = by e-mail
way-post = by post
way-webform = on their page
way-companion = over regie
reach-companion = Over regie, signed; a letter works too
reach-email = E-mail: { $what }
reach-post = Post: { $what }
reach-webform = Their page: { $what }
reach-unknown = No address is known
feed-title = Contracts and requests
feed-case-answer-soon = Soon an answer is due: { $what }
feed-case-answer = Last day for an answer: { $what }
feed-case-reminder = Your letter of default ends today: { $what }
feed-case-authority = The authority owes you a word: { $what }
feed-case-until = By { $what }.
failure-case-not-sent = The request was not sent yet. Note first when and how you sent it.
failure-case-sent = The request was sent already. If the day is wrong, take that step back first.
failure-case-acknowledged = They said already that they have it. If the day is wrong, take that step back first.
failure-case-decided = They answered or refused, or the authority has it. Note another answer, complain, or close the case.
failure-case-refused = They refused already. Complain, or close the case.
failure-case-question-open = They wait for proof of identity. Answer that first, and note the day.
failure-case-no-question = They asked for no proof of identity. Note first that they did.
failure-case-extended = They took two months more already, and can't twice. Take that step back if it is wrong.
failure-case-reminded = A letter of default was sent already. Wait for the days that it gives, or complain.
failure-case-complained = The complaint was sent already. Note what comes of it, or close the case.
failure-case-too-early = They still have time. Wait until that day has passed.
failure-case-closed = The case is closed. Take its last step back to open it again, or begin another.
failure-case-future = That day has not come yet. Give the day on which it happened.
failure-case-order = That is before the step before it. Take that one back first, or give a later day.
failure-case-receipt = They can't have received it before it was sent, or after they said so. Give another day.
failure-case-nothing = Nothing happened yet that could be taken back. Remove the case if you don't want it.
failure-case-steps = The case has as many steps as it may. Close it and begin another.
waits-cases = { $n ->
    [one] One request to an organisation waits for you
   *[other] { $n } requests to organisations wait for you
  }

# Letters to organisations without a companion.

mail-unresolved = There is no mail server of that name. Look at the name of the server.
mail-unreachable = The mail server can't be reached. Look at its name and port, and at your connection.
mail-proxied = Your proxy does not lead to the mail server. Many proxies let no mail through; use the letters as files instead, or a proxy that does.
mail-certificate = The mail server can't show a certificate for its name, so nothing was said to it. Look at the name of the server.
mail-not-encrypted = The mail server offers no encryption there. Choose TLS from the first byte, usually at port 465.
mail-login = The mail server does not take this user with this password. Many providers want a password made for one program (an app password). Enter it again.
mail-sender = The mail server takes no mail from your address. Look at the address of the account.
mail-recipient = The address does not take this letter. Look at the organisation's e-mail address, or send the letter by post.
mail-message = The mail server does not take this letter. Send it from your own mail program.
mail-later = The mail server can't do it now. It is tried again by itself.
mail-slow = The mail server did not answer in time. It is tried again by itself.
mail-broken = The connection to the mail server broke off. It is tried again by itself.
mail-address = An address of the letter is none that mail goes to. Look at yours and at the organisation's.
event-letter-sent = A letter went to an organisation.
event-letter-told = A letter went to an organisation, and told: { $what }.
menu-letters = Letters
letters-lead = To organisations that do not speak regie yet. You write them here; they leave by your own hand or from your own mail account, never by themselves.
letters-write = Write a letter
letters-write-do = Write it
letters-write-hint = Nothing is sent by that. You see the letter first.
letters-none = No letters yet.
letters-no-account = Without a mail account you open a letter in your mail program, or print it.
letters-need-account = Enter a mail account to send from here
letters-send-all = Send all that are written for e-mail
letters-send = Send it from your mail account
letters-to = To
letters-what = About
letters-state = How far
letters-more = { $n ->
    [one] One older letter is not shown here; the command line shows it.
   *[other] { $n } older letters are not shown here; the command line shows them.
 }
letters-written = Written { $what }, not sent.
letters-queued = Waits to be sent, since { $what }.
letters-leaving = Is being sent, since { $what }.
letters-unsure = It may have gone, { $what }.
letters-unsure-means = The line to the mail server broke, or regie stopped, just when this letter was handed over. Look at the sent mail of your account, or ask the organisation. Then say that it went, or send it again: whoever gets it twice can see that by its number.
letters-sent-post = Sent by post, { $what }.
letters-sent-email = Sent from your mail program, { $what }.
letters-sent-form = Sent by a form of theirs, { $what }.
letters-sent-account = Sent from your mail account, { $what }.
letters-answer = The server said: { $what }
letters-queued-count = { $n ->
    [one] One letter is sent now.
   *[other] { $n } letters are sent now, one after the other.
 }
letters-written-count = { $n ->
    [one] One letter is written.
   *[other] { $n } letters are written.
 }
letters-is-queued = It is sent now.
letters-is-held = It is not sent.
letters-is-sent = Noted. It stands in your log.
letters-removed = It is gone from here.
letters-remove = Remove this letter from here
letters-ways = Ways out
letters-open = Open in your mail program
letters-draft = Download as a draft (.eml)
letters-pdf = Download for the post (PDF)
letters-hold = Do not send it
letters-by-hand = You sent it yourself?
letters-by-post = by post
letters-by-email = by e-mail
letters-by-form = by a form of theirs
letters-mark = It has gone
letters-tells = What it tells of you
letters-no-advice = These letters are no legal advice.
letters-nobody = No organisation is entered yet.
letters-no-way = (no address known)
letters-fields = For wrong or changed details: which
letters-fields-legend = Details of yours
letters-ground = For a restriction: why
letters-ground-label = Your reason
letters-ground-contested = What they have is not right
letters-ground-unlawful = They use it against the law
letters-ground-claims = You need it for a claim
letters-ground-objected = You objected, and it is being weighed
letters-documentation = For an invitation: where it is described how a company gets on regie
letters-documentation-label = Address of the page
letters-way = How it is to go
letters-way-any = by e-mail, if they take it
letters-language = Language
letters-language-any = that of the organisation
letters-about-access = What do you have of me? (GDPR, article 15)
letters-about-rectification = What you have of me is wrong (article 16)
letters-about-erasure = Erase what you have of me (article 17)
letters-about-restriction = Keep it, and do nothing else with it (article 18)
letters-about-portability = Give it to me so that a machine reads it (article 20)
letters-about-objection = No more advertising (article 21)
letters-about-reminder = Your answer is late
letters-about-complaint = Complaint to an authority
letters-about-changed = My details have changed
letters-about-notice = End of a contract
letters-about-withdrawal = Withdrawal from a contract
letters-about-invitation = Would you speak regie?
mail-title = Your mail account
mail-about = Letters that you send from here leave by this account. Its password is kept encrypted by regie and is never shown.
mail-through-proxy = Regie goes through a proxy, so mail does, too. Where the proxy lets none through, nothing is sent around it.
mail-own-address = Your e-mail address
mail-server = Server for outgoing mail (SMTP)
mail-server-hint = Your provider's help names it, for instance smtp.example.org.
mail-security = Encryption
mail-security-tls = From the start (port 465)
mail-security-start-tls = STARTTLS (usually port 587)
mail-security-none = None, for a server on this computer
mail-port = Port
mail-user = Name to log in with
mail-password = Password
mail-password-hint = Many providers want a password made for one program (an app password).
mail-keep = Keep this account
mail-try = Try it
mail-remove = Remove it
mail-kept = Your mail account is kept.
mail-works = It works: the server knows you.
mail-removed = The account is removed. Letters that wait for it stay.
tell-count = { $n ->
    [one] One organisation that is not on regie would be told by letter
   *[other] { $n } organisations that are not on regie would be told by letter
 }
tell-about = One press writes all letters. You read them, and send them yourself.
tell-write = Write the letters
tell-send = Write them, and send those by e-mail
tell-open = { $n ->
    [one] One letter about changes has not gone yet
   *[other] { $n } letters about changes have not gone yet
 }
tell-because-told-before = had it by letter
tell-because-marked = you want it told
tell-because-reachable = can be written to
not-told = { $n ->
    [one] One is not told
   *[other] { $n } are not told
 }
not-told-ended = it had this, and your consent has ended
not-told-asks-itself = it may ask for this itself, and does not follow changes
not-told-said-so = you said that no letter goes to it
not-told-no-address = no address of it is known; enter one and it can get a letter
field-by-letter = Told by letter
letters-invite = Invite to regie

# A case goes on: over the line, or by letter
cases-begin-pursue = { $n ->
    [one] Ask it now, or write the letter
   *[other] Ask these { $n } now, and write the letters
}
cases-said = { $n ->
    [one] 1 request is on its way over the line.
   *[other] { $n } requests are on their way over the line.
}
cases-left-out = { $n ->
    [one] With 1 organisation nothing could be done; its request says what is missing.
   *[other] With { $n } organisations nothing could be done; each request says what is missing.
}
cases-line-means = { $what } has a line to your computer. It is asked at once, and signs that your request came. Its answer is noted here by itself.
cases-erasure-line = Who is asked over a line to erase your data also loses every consent that you gave it.
cases-ask-line = Ask it now
cases-by-letter = Write a letter instead
cases-write = Write the letter
cases-write-reminder = Write the letter of default
cases-write-complaint = Write the complaint
cases-complain-to = Or complain: to which authority?
cases-papers = Letters and messages of this request
cases-no-fields = You have no details here that could be told.
letters-of-case = The request that this letter belongs to
letters-of-contract = The contract that this letter ends
contracts-letter-write = Keep this letter with my letters, to send it
contracts-noticed = You sent the letter that ends it on { $what }.
contracts-noticed-last = It names { $what } as the last day. Note the last day below when they confirm it.
supplier-rights = What you can ask of them by law
supplier-right-asked = It is on its way. Your page of requests shows what becomes of it.
supplier-rights-more = To have something corrected or left alone, begin a request.

# Can anybody ever get it?
proof-title = Can anybody ever get this?
proof-about = Choose one of your details. Every kind of request that your defaults can tell apart is tried, and you see who could get it, and by what.
proof-what = What
proof-by = Who
proof-everybody = Anybody
proof-look = Look
proof-nobody = Nobody can get this, whatever they ask for: every request is refused.
proof-not-by-itself = Nobody gets this by your defaults without you being asked first.
proof-allowed = Goes by itself, by these defaults
proof-granted = Has your consent now
proof-asked = You are asked first
proof-example = For example: { $what }
proof-anybody = any supplier
proof-sector = a supplier that says it is of { $what }
proof-known = it is known who that is
proof-unknown = nobody knows who that is
proof-kept = { $n ->
    [one] kept for 1 day
   *[other] kept for { $n } days
}
proof-hands-on = and may hand it on to who works for it
proof-not-held = You have no value for this here now; so nothing can go.
proof-tried = { $n ->
    [one] 1 kind of request was tried.
   *[other] { $n } kinds of requests were tried.
}
requests-would-go = What would go
requests-missing = You have no value for this yet. Fill it in, or leave it empty and it is not given.
requests-allowed-some =
    Allowed in part, { $n ->
         [one] one request
        *[other] { $n } requests
    }. What you unticked was declined.
requests-already = Already answered in the same request
requests-given = Given at once, as your defaults or an earlier permission say.
requests-not-given = Not given:
requests-untick = Untick what you do not want to give. The supplier hears that you declined that.
requests-several = This asks about more than one of a kind. Leave a tick at those that it is about.
requests-none-ticked = Nothing is ticked. Tick what you want to give, or refuse.
answer-more = More
passphrase-title = Change the passphrase
passphrase-about = Your data stays as it is. Everybody who is in elsewhere has to enter the new passphrase, and devices and passkeys have to be added again. A backup that you made before opens with the passphrase that you gave then: make a new one, and throw the old ones away.
passphrase-old = The passphrase of now
passphrase-new = The new passphrase
passphrase-change = Change it
passphrase-changed = Your passphrase is another now. If regie starts by itself with a stored passphrase, change it there too.
lost-title = I lost my passphrase
lost-about = Nobody can open your data without it, and nobody can make another one for you. This is what is still possible.
lost-look = Look for it
lost-look-about = Did regie make it for you, then it is six English words, which you wrote down at the first run. Look in your password manager, too. Capitals and spaces count.
lost-backup = You have a backup and know its passphrase
lost-backup-about = A backup has a passphrase of its own, the one that was typed when it was made. With it everything comes back as it was on that day.
lost-words = You have the 24 words
lost-words-about = With them your suppliers know you again, once you follow a new link from each. Your data, your list of suppliers and your log do not come back: you type or import them again.
lost-anew = You have none of these
lost-anew-about = Begin anew. Ask each supplier for a new link, and tell it that you had another connection before, which it can end. What suppliers have of you stays with them.
lost-how = How
lost-stop = Stop regie, in a terminal:
lost-start = Start another one in a new folder, beside the old. Its first page offers each of these ways:
lost-keep = The folder of before stays as it is. If you find the passphrase one day, it opens again.
lost-back = Enter the passphrase
enter-title = Enter your passphrase
enter-do = Enter
enter-kept = What you sent came after the page had locked itself. It was not carried out, and it is kept for half an hour. Enter, look at it, and send it with one press.
enter-not-kept = What you sent came after the page had locked itself. It was not carried out, and it could not be kept. Enter, and do it again.
enter-failed = Your passphrase could not be checked just now. Try again in a moment.
enter-wait-seconds = { $n ->
    [one] That was wrong too often. Wait one second, then try again.
   *[other] That was wrong too often. Wait { $n } seconds, then try again.
  }
enter-wait-minutes = { $n ->
    [one] That was wrong too often. Wait one minute, then try again.
   *[other] That was wrong too often. Wait { $n } minutes, then try again.
  }
enter-stay-about = Does your browser not find the next page?
enter-stay = Enter and stay at this address
arrive-title = You are in
arrive-on = Go on
before-title = That did not arrive
before-about = Regie was started anew after you opened that page, so what you sent was not carried out, and it could not be kept. Go to the first page, enter your passphrase, and do it again.
kept-title = You were about to send this
kept-about = This is what you typed. It was not carried out yet, because the page had locked itself.
kept-secret = This is what you typed. It had a secret in it, and secrets are not kept. Go to the page and type it again.
kept-send = Send it now
kept-drop = Do not send it, go to the page
again-title = Did you use regie before?
again-backup = I have a backup
again-words = I used regie before
again-back = Back
again-backup-about = A backup brings everything back: your data, your suppliers, your contracts and your log. What suppliers were allowed ends, and they ask again, since you may have taken something back after the backup was made. If regie still runs somewhere else for you, stop it first.
again-move-about = Did you get the file by “Go to another machine” on the other machine? Then what suppliers were allowed lives on.
again-file = The backup
again-file-hint = A file that ends in .age, of at most { $n } MB. For a larger one use `regie restore` in a terminal.
again-passphrase = The passphrase of the backup
again-restore = Bring it back
again-large = That file could not be read whole. It may be too large for this page: use `regie restore` in a terminal.
again-locked = That is not the passphrase of this backup. It is the one that was given when the backup was made. Try again.
again-not-backup = This is no backup that can be brought back here: it is another file, damaged, made by a newer regie, or of a company. Choose another.
again-restored = { $n ->
    [0] Regie is back. Your passphrase is that of the backup.
    [one] Regie is back. One permission from before the backup ended; that supplier asks again. Your passphrase is that of the backup.
   *[other] Regie is back. { $n } permissions from before the backup ended; those suppliers ask again. Your passphrase is that of the backup.
  }
again-words-back = What your 24 words bring back
again-words-back-about = Who you are to your suppliers. Each of them knows you again as soon as you follow a new link from it.
again-words-gone = What they do not bring back
again-words-gone-about = Your data, your list of suppliers, your contracts, your letters and your log. Only a backup has those. You can type or import your data again.
again-words-label = Your 24 words, in their order
again-new-passphrase = A new passphrase
again-begin = Begin with these words
again-not-words = These are not 24 words that regie gave. Look at the order and the spelling, and try again.
again-identity = Your suppliers can know you again. Now enter your data, and follow a new link from each supplier.
move-title = Go to another machine
move-open = Go to another machine…
move-short = Regie stops here and goes on there: same suppliers, same permissions, same log. Nobody has to ask you again.
move-first = Download the file here. From that moment regie is silent on this machine.
move-second = Bring the file to the other machine, on a stick or by a copy in your own network.
move-third = Start regie there, choose “I have a backup”, and give this file and its passphrase.
move-about = Nothing is lost if the file is: you can download it again here, or go on here after all with regie move --undo in a terminal.
move-to = What do you call the other machine?
move-to-hint = For example: my new laptop. Whoever starts regie here reads it. You can leave it empty.
move-passphrase-hint = The file opens with this passphrase, and regie on the other machine too.
move-do = Stop here and download the file
move-again = Download the file again
moved-title = Regie went to another machine
moved-to-title = Regie went to: { $what }
moved-about = It says nothing more here, and nothing can be changed here. Start it on the other machine with the file. When it runs there, delete the file and this home.
moved-back = Do you want it back here? Stop it and use regie move --undo in a terminal. All permissions end then, and suppliers ask again.
again-moved = { $n ->
    [0] Regie moved here. Your passphrase is that of the file. Delete the file now.
    [one] Regie moved here, with the one permission that you gave. Your passphrase is that of the file. Delete the file now.
   *[other] Regie moved here, with all { $n } permissions that you gave. Your passphrase is that of the file. Delete the file now.
  }
event-left = Regie went to another machine.
event-arrived = Regie came from another machine.
event-kind-left = departures to another machine
event-kind-arrived = arrivals from another machine
experts = For experts
field-category = Its category in the Data Privacy Vocabulary of the W3C:
field-name = What programs call it:
agreement-experts = What these terms are called in IEEE 7012:
live-more = Something came in. Show it.
live-fresh = Something came in, and this page shows it.
inbox-new = new
home-told = Be told when you are not on these pages
notice-waits = { $n ->
    [one] One thing waits for you
   *[other] { $n } things wait for you
  }
notice-open = Open regie to see it.
notice-trial-title = A trial message of regie
notice-trial = You asked for this message. It says nothing of what you have.
notice-not-built = This version of regie does not know this way. Choose another way.
notice-no-desktop = Nobody on this computer shows such messages. Start regie from your desktop, or choose another way.
notice-no-account = There is no mail account to send by. Enter yours under Letters first.
notice-no-address = There is no address to send to. Enter one.
notice-no-browser = No browser is told. Add this one below.
notice-unresolved = There is no server of that name. Look at the address.
notice-private = That server is in a private network, where your browser's maker has none. Add the browser again.
notice-unreachable = The server can't be reached. Look at the address, and at your connection. It is tried again by itself.
notice-proxied = Your proxy does not lead to that server. Nothing is sent around it.
notice-certificate = The server can't show a certificate for its name, so nothing was said to it. Look at the address.
notice-slow = There was no answer in time. It is tried again by itself.
notice-refused = The server does not take the message. Look at the address: a part of it may be missing.
notice-later = The server can't take the message now. It is tried again by itself.
notice-redirected = The server says that it has moved. Nobody is followed there: enter its new address.
notice-broken = What answered there is no server that takes messages. Look at the address.
told-title = Being told
told-about = Regie tells you that something waits, also when you are not on these pages. At most one message a day, and never a value of your data.
told-set = Choose how you are told
told-through-proxy = Regie goes through a proxy, so these messages do, too.
told-ways = How
told-desktop = A message on the screen of this computer
told-email = Mail to your own address, by your mail account
told-email-first = Enter your mail account first
told-webhook = To an address that takes short messages
told-webhook-hint = For instance a topic of ntfy. Who runs that server sees how many things wait, and when. Leave it empty for none.
told-how-much = What it says
told-counts = Only how many things wait
told-names = Also the names of suppliers; whoever carries the message can read them
told-daily = The message of the day goes out at
told-quiet-from = Nothing from
told-quiet-to = until
told-hours-hint = Two times that are the same mean: no quiet hours.
told-at-once = At once, with a message of its own
told-kind-requests = Requests of suppliers
told-kind-processors = Companies that work for a supplier
told-kind-corrections = Corrections that suppliers propose
told-kind-documents = New documents
told-kind-contracts = Contracts to be ended or kept
told-kind-companions = Organisations that may be suppliers
told-kind-cases = Requests under the GDPR that wait, or whose day comes near
told-keep = Keep this
told-goes = How it goes
told-way-desktop = This computer
told-way-email = Mail
told-way-webhook = Your address for short messages
told-way-push = Browsers
told-on = on
told-off = off
told-again = It is tried again on { $what }.
told-went = The last message went on { $what }.
told-try = Send me a trial message
told-tried = The trial message went. Look whether it came.
told-saved = That is kept.
told-unfit = Look at the times and at the address: the address begins with https://. One that begins with http:// has to be on this computer or in your own network.
told-browsers = { $n ->
    [0] No browser is told.
    [one] One browser is told.
   *[other] { $n } browsers are told.
  }
told-browser-about = This browser can tell you, also when this page is closed. The message goes by a service of the browser's maker, who sees when one comes, but can't read it.
told-browser-add = Have this browser tell me
told-browser-refused = The browser did not take it. Allow messages for this page in the browser, and try again.
told-forget = Tell no browser any more
inbox-otherwise = not the kind of file that its sender says
inbox-contract = Belongs to: { $what }
inbox-look = Look at it

# A file of contacts, before anything of it is kept
import-over = The file is not here any more. Choose it again.
import-other = Something has changed since you looked. Look again, and then keep it.
found-people = { $n } contacts in this file. Which one are you?
found-people-more = The file holds more than 10,000 contacts. The others were not read.
found-people-q = Search by name
found-who = This is what the file says of { $what }.
found-which = { $what }: which one counts?
found-home = at home
found-work = at work
found-delivery = for deliveries
found-billing = for bills
found-goes-to = goes to: { $what }
found-own = No field is for these. They come among your own fields and notes:
found-choose-do = Show with this choice
found-emptied = nothing; the file has no such part
found-left-out = { $n ->
    [one] One thing is left out
   *[other] { $n } things are left out
 }

# A supplier that the person has no more
state-removed = removed
state-ended = nothing in force
do-remove-supplier = Remove this supplier
sure-remove-supplier = Every consent ends now, and nothing is taken from it any more. It is asked to erase what it has and to sign for that. What it asked is declined. Regie visits it until it has heard this and signed, and then no more. You can take it back later; what has ended stays ended.
yes-remove-supplier = Yes, remove it
supplier-removed = It is removed. What stays, and why, is said below.
supplier-back = It is back. What had ended stays ended; it has to ask anew.
removed-title = You removed this supplier
removed-what = Nothing is taken from it any more.
removed-undo = Take it back
removed-undo-hint = What had ended stays ended. It may ask again.
removed-about = These suppliers you removed. Their logs stay: they prove what each had.
removed-back = Those that you have
removed-count = { $n ->
    [one] One was removed
   *[other] { $n } were removed
 }
stays-title = This stays:
stays-log = { $n ->
    [one] One entry of the log with it, which proves what it had
   *[other] { $n } entries of the log with it, which prove what it had
 }
stays-receipts = { $n ->
    [one] One receipt for what it erased
   *[other] { $n } receipts for what it erased
 }
stays-contracts = { $n ->
    [one] One contract that runs; end it on its own page
   *[other] { $n } contracts that run; end them on their own pages
 }
stays-cases = { $n ->
    [one] One request under the law that runs; it goes on, by letter if need be
   *[other] { $n } requests under the law that run; they go on, by letter if need be
 }
stays-items = { $n ->
    [one] One document that it sent; delete it in the inbox
   *[other] { $n } documents that it sent; delete them in the inbox
 }
stays-organisations = { $n ->
    [one] Its entry on your list of organisations
   *[other] Its { $n } entries on your list of organisations
 }
stays-messages = { $n ->
    [one] One message that it is yet to be told
   *[other] { $n } messages that it is yet to be told
 }
removal-has = It has, as far as you know: { $what }.
home-processors = { $n ->
    [one] One works for them.
   *[other] { $n } work for them.
 }

# Many suppliers by one page of links
many-title = Add many suppliers
many-links = Their links, one a line
many-hint = At most { $n }. Each begins with regie:pair. First you see who they are; nothing is agreed before you say so.
many-look = Look who they are
many-runs = { $n ->
    [one] One link is looked after
   *[other] { $n } links are looked after
 }
many-choose = Choose whom to pair with
many-vouch = I got these links from them myself
many-pair = Pair with the chosen
many-again = Other links
many-paired = { $n ->
    [one] One is paired now.
   *[other] { $n } are paired now.
 }
many-new = { $n ->
    [one] One can be paired with.
   *[other] { $n } can be paired with.
 }
many-failed = { $n ->
    [one] One failed; its line says why.
   *[other] { $n } failed; their lines say why.
 }
many-doubt = look first
many-other-terms = It accepts only terms that permit more. Use its link alone to see them.
many-stopped = It was stopped in the middle. Begin again; what is paired stays so.
link-new = new
link-paired = paired
link-known = you have it
link-removed = you removed it
link-other-terms = other terms
link-failed = failed

style-title = How these pages look
style-about = Every step of type and space, every colour and every part that these pages are made of, as they are now.
style-colours = Colours
style-sizes = Sizes of text
style-spaces = Spaces
style-parts = Parts
style-form = A form
style-part = How far it is
style-pictures = Pictures
devices-title = Devices and passkeys
devices-about = Your phone and other computers of yours can open these pages too. You add each of them here, and remove it here.
devices-see = See your devices
devices-scan = Scan this with the camera of the new device
devices-scan-about = { $n ->
    [one] It adds one device, once, within one minute. Show it to nobody else.
   *[other] It adds one device, once, within { $n } minutes. Show it to nobody else.
  }
devices-link = No camera? Open this address on the new device:
devices-warns = The browser there will warn you once, because you made the certificate yourself. Ask it for the details of the certificate. If its SHA-256 fingerprint is this one, go on. If it is another, stop: somebody is in between.
devices-add = Add a device
devices-add-about = What makes another way to your data takes your passphrase.
devices-invite = Make a code for a new device
devices-nowhere = These pages open on this computer only
devices-nowhere-about = To open them on your phone too, say in a terminal under which address your phone finds this computer:
devices-nowhere-then = Stop regie and start it again after that. The guide says how you find that address, and how to do it with a name of your own.
devices-place = Where other devices find these pages
devices-fingerprint = The SHA-256 fingerprint of the certificate, by which a device knows that it is at the right place:
devices-until = It holds until { $what } and is made anew before that.
devices-count = { $n ->
    [0] No device yet
    [one] One device
   *[other] { $n } devices
  }
devices-this = this one
devices-added = Added on { $what }.
devices-seen = Last seen on { $what }.
devices-used = Last used on { $what }.
devices-passkeys = { $n ->
    [one] It asks for its passkey.
   *[other] It asks for one of its { $n } passkeys.
  }
devices-no-passkey = It has no passkey: whoever unlocks the device itself is in.
devices-forget = Remove
devices-forget-all = Remove all devices
devices-gone = The device is removed. It is not let in any more.
devices-all-gone = All devices are removed. None of them is let in any more.
devices-passkey-gone = The passkey is removed. It lets nobody in any more.
passkeys-home = Passkeys of this computer
passkeys-device = Passkeys of this device
passkey-title = A passkey
passkey-about = A passkey is kept by this device and opens with your fingerprint, your face or the code of the device. It lets you in without your passphrase.
passkey-about-home = A passkey lets you in on this computer with your fingerprint, your face or its code, as long as regie runs. After a start of regie you need your passphrase once. Adding one takes your passphrase.
passkey-about-device = With a passkey this device asks for your fingerprint, your face or its code after 15 minutes without use. Who finds the device does not get in.
passkey-name = What do you call it?
passkey-this-computer = This computer
passkey-add = Add a passkey
passkey-make = Make the passkey
passkey-leave = Not now
passkey-unable = Passkeys need JavaScript and a browser that knows them. Without one you get in as you did before.
passkey-enter = Get in with a passkey
passkey-enter-about = You added a passkey here.
passkey-at-the-door = Get in with a passkey
passkey-refused = The browser did not get a passkey. Try again, or go on without it.
passkey-gone = This took too long, or was done already. Begin again on your page of devices.
passkey-wrong = That passkey is not taken here. Try another one, or go on without it.
passkey-already = This passkey is there already. You can use it.
device-unknown = This device is not known here
device-unknown-about = Only devices that were added can open these pages. Your passphrase is not asked for here, so that nobody can guess it from afar.
device-how = How to add it
device-how-open = Open regie on the computer on which it runs.
device-how-make = Choose ‘Security’ there, then ‘Devices and passkeys’, and make a code.
device-how-scan = Scan that code with this device.
device-locked = Locked
device-locked-about = Show your passkey to go on. If you do not have it any more, remove this device on the computer on which regie runs, and add it again.
device-kept = What you sent came after the page had locked itself. It was not carried out, and it is kept for half an hour. Get in, look at it, and send it with one press.
device-not-kept = What you sent came after the page had locked itself. It was not carried out, and it could not be kept. Get in, and do it again.
device-again = Try again
add-title = Add this device
add-about = From now on this device opens your pages of regie, until you remove it.
add-name = What do you call this device?
add-name-unfit = Give it a short name, of one line.
add-do = Add it
add-may = It can see and decide everything. But it makes no backup, brings regie to no other computer and changes no passphrase. It adds and removes no other device.
add-spent = This code was used already, is too old, or was never made here. Make a new one on the computer on which regie runs.
add-wait = { $n ->
    [one] That was wrong too often. Wait one minute. Then make a new code on the computer on which regie runs.
   *[other] That was wrong too often. Wait { $n } minutes. Then make a new code on the computer on which regie runs.
  }
added-title = This device is added
added-about = You find it on your page of devices, and can remove it there.
added-keep = Keep it at hand
added-keep-about = In the menu of your browser, choose ‘Add to home screen’ or ‘Install’. Regie then opens as other apps do.
outside-device-left = This device is removed. To come back, add it again on the computer on which regie runs.
fault-at-home = This is done on the computer on which regie runs, not on another device. Open regie there and do it there.
led-title = Another site led you here
led-about = Is that what you wanted? Then go on.
offline-title = There is no connection now
offline-about = Your pages could not be reached. Your data is safe where it is; nothing of it is kept on this device.
offline-form = Did you just send something? It did not arrive. Go back: what you typed is mostly still there.
offline-again = Try again
security-about-device = These pages lock themselves on this device after 15 minutes without use. Your passkey opens them again.
security-about-open = This device has no passkey, so these pages stay open on it. Whoever unlocks the device is in.
security-leave-device = Remove this device
