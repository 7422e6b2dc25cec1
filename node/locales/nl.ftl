# The dashboard in Dutch. Messages about a number have $n, others $what.

skip = Naar de inhoud
menu = Menu
menu-home = Thuis
menu-requests = Beslissingen
menu-suppliers = Leveranciers
menu-data = Mijn gegevens
menu-search = Zoeken
menu-defaults = Standaarden
menu-audit = Logboek
menu-security = Beveiliging
menu-more = Meer
menu-papers = Papieren
menu-market = Aanbod
menu-settings = Instellingen
footer = Uw gegevens, op uw eigen machine. Niets op deze pagina's komt van elders.
fault-title = Dat lukte niet
fault-back = Terug naar de eerste pagina
wrong-typed = Wat u had getypt
fault-nowhere = Deze pagina bestaat niet. Ga terug naar de eerste pagina.
fault-form = Dit formulier is verouderd of kwam niet van deze pagina's. Ga terug, laad de pagina opnieuw en probeer het nog eens.
outside-title = U bent niet binnen
outside-link-spent = Deze link is al gebruikt of ouder dan tien minuten. Vul in plaats daarvan uw wachtzin in.
entered-by-address = U kwam binnen via een adres in plaats van de naam in de link. Servers van andere gebruikers van deze computer delen dat adres, en kunnen hier in uw plaats handelen als u hun pagina's opent. Gebruik de link zoals die er staat als u niet alleen bent op deze computer.
outside-left = U bent weg. Om terug te komen vult u uw wachtzin in.

# De klok
copy-stopped-title = Een andere kopie van regie spreekt voor u
copy-seen = { $what } hoorde ervan.
copy-stopped = Daarom is deze gestopt: zij vertelt niemand iets en antwoordt niemand.
copy-stopped-next = Ga met de andere verder en verwijder deze map. Wilt u juist hier verder: maak een reservekopie, zet die met regie restore in een nieuwe map terug, en stop de andere.
copy-other-title = Er leeft een andere kopie van regie
copy-other = Zij is gevraagd te stoppen en deze gaat verder. Wat u eerder toestond, is geëindigd waar die kopie het kan hebben beëindigd.
copy-other-next = Stop de andere kopie en verwijder de map ervan: een reservekopie die elders is teruggezet, of een map die is gekopieerd.
clock-title = Kijk naar de klok van deze computer
clock-shows = De klok staat op { $what }.
clock-held-back = De klok is { $what } vooruitgesprongen, en niemand heeft die tijd bevestigd. Er eindigt niets voorgoed door.
clock-held-back-next = Zet de klok goed, of, als de tijd klopt, voer uit: regie clock --accept
clock-stored-ahead = De tijd die regie eerder zag ligt { $what } later, dus wat u toestond eindigt zoveel te vroeg.
clock-stored-ahead-next = Zet de klok goed, of, als hij nu klopt en eerder niet, voer uit: regie clock --accept
clock-slow = Dat is { $what } achter op wat uw leveranciers zeggen. Wat meer dan 5 minuten scheelt, wordt geweigerd.
clock-fast = Dat is { $what } voor op wat uw leveranciers zeggen. Wat meer dan 5 minuten scheelt, wordt geweigerd.
clock-set = Zet de klok goed; regie gaat meteen verder.
span-day =
    { $n ->
        [one] 1 dag
       *[other] { $n } dagen
    }
span-hour =
    { $n ->
        [one] 1 uur
       *[other] { $n } uur
    }
span-minute =
    { $n ->
        [one] 1 minuut
       *[other] { $n } minuten
    }
span-second =
    { $n ->
        [one] 1 seconde
       *[other] { $n } seconden
    }

home-title = Uw gegevens
home-hello = Dag { $what }
home-nothing = Er wacht niets op u
home-waits = Wat op u wacht
waits-requests =
    { $n ->
        [one] Eén verzoek van een leverancier
       *[other] { $n } verzoeken van leveranciers
    }
waits-processors =
    { $n ->
        [one] Eén verwerker van een leverancier
       *[other] { $n } verwerkers van leveranciers
    }
waits-corrections =
    { $n ->
        [one] Eén correctie
       *[other] { $n } correcties
    }
waits-documents =
    { $n ->
        [one] Eén nieuw document
       *[other] { $n } nieuwe documenten
    }
waits-contracts =
    { $n ->
        [one] Eén contract: opzeggen of houden
       *[other] { $n } contracten: opzeggen of houden
    }
waits-companions =
    { $n ->
        [one] Eén organisatie die een leverancier kan zijn
       *[other] { $n } organisaties die leveranciers kunnen zijn
    }
home-soon = Wat binnenkort verandert
home-soon-more =
    { $n ->
        [one] Nog één binnen drie maanden
       *[other] Nog { $n } binnen drie maanden
    }
home-soon-all = Alle contracten
soon-price = kost nu { $what }
soon-price-varies = kost nu per rekening iets anders
home-without =
    { $n ->
        [one] Eén organisatie die niet op regie zit, heeft
       *[other] { $n } organisaties die niet op regie zitten, hebben
    } gegevens van u.
home-joined = { $what } zit nu op regie
home-entered =
    { $n ->
        [one] Eén organisatie is
       *[other] { $n } organisaties zijn
    } op uw lijst gezet
home-kinds = Wat leveranciers van u hebben
begin-title = Drie dingen om mee te beginnen
begin-find = Exports van uw wachtwoordmanager en uw bank laten zien welke organisaties gegevens van u hebben. In een paar minuten hebt u de lijst, en weet u bij wie u moet zijn.
begin-find-do = Zoek ze op
begin-found =
    { $n ->
        [one] Er staat al één organisatie
       *[other] Er staan al { $n } organisaties
    } op uw lijst.
begin-contracts = Vul in waarvoor u betaalt. U ziet wat het per maand kost, en tot wanneer u kunt opzeggen.
begin-contracts-do = Contract toevoegen
begin-pair = Sommige leveranciers werken met regie. Zij vragen u wat ze nodig hebben, uw voorkeuren antwoorden, en een nieuw adres hoort zo'n leverancier vanzelf.
home-defaults =
    { $n ->
         [one] Er ging één antwoord
        *[other] Er gingen { $n } antwoorden
     } uit in de laatste 30 dagen.
home-decisions =
    { $n ->
         [one] Eén beslissing wacht
        *[other] { $n } beslissingen wachten
     }
home-decide = Beslissen
home-month = Voor u gedaan in de laatste 30 dagen
month-answered = antwoorden gegeven
month-asked = aan u gevraagd
month-refused = geweigerd
month-told = wijzigingen gemeld
month-granted = toestemmingen gegeven
month-revoked = toestemmingen beëindigd
month-erased = bewijzen van wissen
home-log = Het hele logboek
home-knows = Wie wat van u heeft
home-suppliers =
    { $n ->
         [one] Eén leverancier
        *[other] { $n } leveranciers
     },
home-connected = { $n } nu verbonden.
home-fields =
    U bewaart { $n ->
         [one] één gegeven
        *[other] { $n } gegevens
     }.
home-undelivered =
    { $n ->
         [one] Eén bericht
        *[other] { $n } berichten
     } onderweg
home-nobody = Niemand heeft iets.
home-have =
    { $n ->
         [one] Eén leverancier heeft
        *[other] { $n } leveranciers hebben
     } er iets van
flows-title = Wat waarheen gaat
flows-about =
    De { $n ->
         [one] leverancier die
        *[other] { $n } leveranciers die
     } het meest { $n ->
         [one] heeft
        *[other] hebben
     }.
flows-numbers = Het getal zegt hoeveel gegevens van een soort elk heeft.
flows-table = Hetzelfde als tabel
over-time = Maand voor maand
over-time-about = Wat eruit ging en wat geweigerd is, in de laatste 12 maanden.
over-time-alt = Kolommen per maand; de tabel hieronder zegt hetzelfde
over-time-month = Maand
supplier = Leverancier
requests-title = Beslissingen
requests-about =
    { $n ->
         [one] Eén beslissing wacht
        *[other] { $n } beslissingen wachten
     } op u. Eén klik beantwoordt elk.
requests-more = en nog { $n }
requests-count =
    { $n ->
         [one] één verzoek
        *[other] { $n } verzoeken
     }
requests-left = Hierna volgen er nog { $n } van deze soort.
requests-why = Waarom
requests-how = Hoe
requests-for-days =
    voor { $n ->
         [one] één dag
        *[other] { $n } dagen
     }
requests-kept = Zij bewaren het
requests-rule = Waarom u het gevraagd wordt
requests-since = Wacht sinds
requests-allowed =
    { $n ->
         [one] Eén verzoek is
        *[other] { $n } verzoeken zijn
     } toegestaan.
requests-refused =
    { $n ->
         [one] Eén verzoek is
        *[other] { $n } verzoeken zijn
     } geweigerd.
days =
    { $n ->
         [one] één dag
        *[other] { $n } dagen
     }
agreement = Overeenkomst
answer-allow = Toestaan
answer-ask = Vraag mij
answer-refuse = Weigeren
answer-allow-supplier = Altijd voor deze leverancier
answer-allow-kind = Altijd voor deze soort
answer-refuse-kind = Deze soort altijd weigeren
pair-title = Leverancier toevoegen
pair-link = De link van de leverancier
pair-link-hint = Deze begint met regie:pair en staat in de brief, e-mail of QR-code van de leverancier.
pair-words = De leverancier toont zes woorden naast de link. Zijn het deze?
pair-agreement = De overeenkomst die u voorstelt
pair-agreement-hint = Uw voorwaarden, niet die van hen. De leverancier aanvaardt ze of er komt geen relatie.
pair-same = Zij zijn het, en de woorden zijn gelijk: koppelen
pair-differ = Stoppen
pair-done = U bent gekoppeld aan { $what }.
next-step = Verder
skip-step = Overslaan
search = Naam, sector of domein
search-do = Zoeken
sector = Sector
field = Gegeven
purpose = Doel
any = alle
sort = Volgorde
sort-name = op naam
sort-last = op laatste contact
found =
    { $n ->
         [one] Eén leverancier
        *[other] { $n } leveranciers
     } gevonden
found-of = van { $n }.
name = Naam
has = Heeft
grants = Lopende toestemmingen
state = Toestand
last-contact = Laatste contact
state-paused = gepauzeerd
state-connected = verbonden
state-away = niet verbonden
state-visited = wordt af en toe bezocht
state-unreachable = nu niet bereikbaar
pages = Pagina's
previous = Vorige
next = Volgende
older = Ouder
supplier-act = Wat u kunt doen
supplier-act-hint = Pauzeren weigert alles tot u hervat. Beëindigen stopt elke toestemming; wat de leverancier heeft, heeft hij. Wissen vragen beëindigt alles en eist een ondertekend bewijs.
do-pause = Pauzeren
do-resume = Hervatten
do-end = Alles beëindigen
do-erase = Beëindigen en wissen vragen
do-revoke = Beëindigen
supplier-handed-on = Doorgegeven aan zijn verwerkers
supplier-handed-on-why = Deze bedrijven mogen een deel krijgen van wat u gaf. Trekt u de toestemming hierboven in, dan eindigen ook deze.
supplier-handed-on-to = aan
supplier-reference = voor
suppliers-works-for = werkt voor { $what }
supplier-introduced-by = Dit bedrijf hebt u niet zelf gekozen. Het werkt voor { $what } en krijgt alleen wat dat doorgaf.
processors-title = Bedrijven die voor uw leveranciers werken
processors-about = Een leverancier wil een deel van wat u gaf doorgeven aan een bedrijf dat voor hem werkt. Dat bedrijf is nog niets verteld. Zegt u ja, dan bent u voor dat bedrijf een nieuw iemand, ook als u er zelf klant bent.
processors-at = Te vinden op
processors-allow-always = Ja, en altijd voor deze leverancier
processors-refuse-always = Nee, en nooit voor deze leverancier
processors-allowed = Het bedrijf wordt benaderd.
processors-refused = Het bedrijf krijgt niets.
requests-hand-on = Het wil dit doorgeven aan bedrijven die voor hem werken, zoals een bezorger.
supplier-paused = Gepauzeerd.
supplier-resumed = Hervat.
supplier-revoked-one = De toestemming is beëindigd en om wissen is gevraagd.
supplier-ended = Elke toestemming is beëindigd.
supplier-erase-asked = Elke toestemming is beëindigd. Het bewijs van wissen verschijnt hier zodra het komt.
supplier-has = Wat deze van u heeft
supplier-has-nothing = Niets.
known-current = onder toestemming
known-ended = nog niet gewist
since = Sinds
until = Tot
grants-title =
    { $n ->
         [one] Eén lopende toestemming
        *[other] { $n } lopende toestemmingen
     }
supplier-profile = Wie deze zegt te zijn
domain = Domein
contact = Contact
terms-analytics = Mag gebruik analyseren
terms-no-analytics = Geen analyse
terms-tracking = Mag volgen
terms-no-tracking = Niet volgen
terms-profiling = Mag een profiel maken
terms-no-profiling = Geen profiel
terms-third = Mag geanonimiseerde gegevens delen
terms-no-third = Niet delen met anderen
terms-portability = Moet u uw gegevens meegeven
supplier-key = De sleutel
known-to-it = U bent daar bekend als
supplier-wishes = Wat deze graag zou weten
supplier-receipts = Bewijzen van wissen
supplier-history = Wat er gebeurde
receipts-download = Toestemmingsbewijzen
proof = bewijs
data-about = Wijzig iets hier één keer, en elke leverancier die er recht op heeft krijgt bericht.
data-told = Leveranciers die bericht krijgen
data-none = nog niets
data-saved = Bewaard. Niemand hoefde bericht te krijgen.
data-more = Wat u nog kunt invullen
data-more-about = Alleen wat leveranciers u vragen, hoeft u in te vullen. Niemand krijgt er vanzelf iets van.
value = Waarde
from = Herkomst
save = Bewaren
sensitive = gevoelig
field-told =
    Als u dit wijzigt, { $n ->
         [one] krijgt één leverancier
        *[other] krijgen { $n } leveranciers
     } bericht:
field-told-nobody = Als u dit wijzigt, krijgt niemand bericht.
field-remove = Verwijderen, met de geschiedenis
field-known = Wie het heeft
field-history = Eerdere waarden
field-no-history = Geen.
field-unfit-badge = past niet
group-change = In één keer wijzigen
group-about = Wijzig alles wat bij elkaar hoort en bewaar het in één keer. Leveranciers krijgen er één bericht over.
group-told = { $n ->
    [one] Als u dit wijzigt, krijgt één leverancier bericht.
   *[other] Als u dit wijzigt, krijgen { $n } leveranciers bericht.
 }
group-wrong = Er is nog niets bewaard. Kijk naar wat hieronder is gemarkeerd.
group-empty = Wat u leeg laat, bevat daarna niets meer.
group-same = Er is niets gewijzigd.
field-put-back = Terugzetten
own-title = Eigen velden en notities
own-about = Wat u naast de rest wilt bewaren. Niemand kan erom vragen, en het gaat naar niemand.
own-name = Hoe u het noemt
own-text = Wat er staat
own-none = Er is nog niets.
own-saved = Gedaan. Het blijft bij u.
own-remove = Verwijderen
own-sure = Wat er staat, wordt vernietigd. Dat is niet terug te draaien.
own-unfit = Geef het een naam van één regel en wat tekst.
own-files = Bestanden erbij
own-attach = Bestanden toevoegen
own-choose = Bestanden om toe te voegen, samen hoogstens 16 MB
own-attach-yes = Toevoegen
own-attached = { $n ->
    [one] Eén bestand is toegevoegd. Het blijft bij u.
   *[other] { $n } bestanden zijn toegevoegd. Ze blijven bij u.
}
hit-own = eigen velden en notities
search-title = In alles zoeken
search-words = Woorden om te zoeken
search-about = Uw gegevens, leveranciers, organisaties, contracten, verzoeken, brieven en uw postvak. Alle woorden moeten erin staan.
search-found = { $n ->
    [0] Er is niets gevonden
    [one] Er is er één gevonden
   *[other] Er zijn er { $n } gevonden
 }
search-more = { $n ->
    [one] Nog één staat er niet bij; voeg een woord toe.
   *[other] Nog { $n } staan er niet bij; voeg een woord toe.
 }
search-kind = soort
search-text = wat er staat
hit-field = uw gegevens
hit-supplier = leverancier
hit-organisation = organisatie
hit-contract = contract
hit-case = verzoek
hit-letter = brief
hit-item = postvak
hint-date = Zoals 1984-03-12 of 12 maart 1984.
hint-partial-date = Een dag, een maand of een jaar: 1984-03-12, 1984-03, 1984.
hint-email = Zoals anna@example.org.
hint-telephone = Met de landcode, zoals +31 6 12345678.
hint-iban = Zoals NL91 ABNA 0417 1643 00.
hint-bic = De code van de bank, zoals ABNANL2A.
hint-number = In cijfers.
hint-money = Een bedrag, zoals 30000 of 12,50, en in welk geld.
hint-postal-code = Zoals op een brief, 1012 AB.
hint-licence-plate = Zoals G-123-AB.
hint-national-id = Zoals in uw paspoort of op uw rijbewijs.
hint-ean = 18 cijfers; het staat op de rekening.
hint-url = Zoals https://example.org.
import-title = Inlezen
import-file = Een bestand met uw contact, of een tabel
import-hint = vCard, JSContact, jCard, identiteiten van Bitwarden, een tabel van Google, Outlook of Apple, of CSV met rijen van gegeven en waarde. Hoogstens 16 MB. Er wordt niets bewaard of verteld voordat u het gezien heeft en ja zegt.
import-do = Bewaar wat gekozen is
import-done =
    { $n ->
         [one] Eén gegeven is
        *[other] { $n } gegevens zijn
     } gewijzigd.
export-title = Uitvoer en reservekopie
export-json = Alles als document
export-json-hint = Gegevens met geschiedenis, leveranciers, toestemmingen, standaarden, het logboek en de toestemmingsbewijzen, als JSON. Het is niet versleuteld.
export-json-do = JSON ophalen
export-backup = Een versleutelde reservekopie
export-backup-hint = Eén bestand waarmee regie op een andere computer terugkomt, met alles wat u hebt: op de eerste pagina, of met `regie restore`. Het opent met de wachtzin die u hier geeft.
export-backup-do = Reservekopie ophalen
export-differ = De twee wachtzinnen verschillen. Probeer het opnieuw.
passphrase = Wachtzin
passphrase-again = Nog eens
deliveries-title = Bezorging
deliveries-about =
    { $n ->
         [one] Eén leverancier krijgt
        *[other] { $n } leveranciers krijgen
     } bericht
deliveries-apart = Elke leverancier hoort het op een eigen moment. Zo kunnen twee leveranciers niet aan de klok zien dat u één persoon bent. Meestal binnen een half uur.
deliveries-now = Vertel het nu aan allemaal
deliveries-at = hoort het vóór
deliveries-left =
    { $n ->
         [one] Eén bericht is
        *[other] { $n } berichten zijn
     } nog onderweg
reload = Opnieuw kijken
defaults-about = Uw standaarden antwoorden namens u. De meest precieze beslist; wat geen ervan dekt, wordt u gevraagd.
defaults-kept = Uw standaarden zijn gewijzigd.
presets-title = Begin met een kant-en-klare set
presets-own = U heeft er uw eigen set van gemaakt.
presets-now = deze
preset-careful = Voorzichtig
preset-balanced = Evenwichtig
preset-open = Ruim
preset-about-careful = Weigert reclame en verkoop; vraagt u al het andere.
preset-about-balanced = Geeft ook naam, adres en contactgegevens voor een dienst waar u om vroeg.
preset-about-open = Geeft ook energie- en huishoudcijfers voor een dienst, en naam en contact voor klantenservice.
try = Proberen
choose = Kiezen
keep = Houden
leave-it = Laat het zoals het was
rules-title =
    { $n ->
         [one] Eén standaard
        *[other] { $n } standaarden
     }
rules-about = Probeer een wijziging op uw laatste verzoeken voor u die houdt.
suggestions-title = Uit uw eigen antwoorden
suggestions-about = Hierop antwoordde u telkens hetzelfde. Regie kan dat voortaan voor u doen. Het begint daar nooit vanzelf mee.
suggestions-answers =
    { $n ->
        [one] Uit één antwoord van u.
       *[other] Uit { $n } antwoorden van u.
    }
suggestions-suppliers =
    { $n ->
        [one] Ze waren voor één bedrijf.
       *[other] Ze waren voor { $n } bedrijven.
    }
suggestions-same =
    { $n ->
        [one] Het had één ervan beantwoord zoals u.
       *[other] Het had er { $n } beantwoord zoals u.
    }
suggestions-otherwise =
    { $n ->
        [one] Eén was verkeerd gegaan.
       *[other] { $n } waren verkeerd gegaan.
    }
suggestions-none-otherwise = Er was geen verkeerd gegaan.
suggestions-take = Maak dit een standaard
suggestions-hide = Verberg dit
suggestions-show = Toon het weer
suggestions-taken = Dit is nu een van uw standaarden. U kunt het hieronder wijzigen.
suggestions-hidden = Het is verborgen. U vindt het terug onder de voorstellen.
suggestions-shown = Het wordt weer getoond.
suggestions-hidden-count =
    { $n ->
        [one] Eén die u verborg
       *[other] { $n } die u verborg
    }
rules-hits = besliste { $n } gegevens van uw laatste verzoeken
rules-answer = Antwoord
rules-change = Wijziging
rules-change-answer = dit antwoord
rules-change-remove = deze standaard weg
rules-new = Een nieuwe standaard
rules-sector = Alleen in sector
rules-retention = Alleen als bewaard hooguit (dagen)
rule-delegation = ook om door te geven aan een bedrijf dat ervoor werkt
rule-allow = Geef { $what }
rule-ask = Vraag mij om { $what }
rule-refuse = Weiger { $what }
what-anything = alles
what-sensitive = gevoelige gegevens
who-anyone = aan iedereen
who-sector = aan leveranciers in { $what }
who-supplier = aan één leverancier
why-purpose = voor dit doel: { $what }
why-kept = als hooguit { $n } dagen bewaard
tried-title = Wat anders zou zijn geweest
tried-changed =
    { $n ->
         [one] Eén verzoek
        *[other] { $n } verzoeken
     }
tried-of = van de laatste { $n } zou anders beantwoord zijn.
tried-differs = Verschil
audit-about = Alles wat er gebeurde, op volgorde. Elke leverancier tekende voor zijn deel, dus niets kan ongezien wegblijven.
audit-verify = Het hele logboek controleren
audit-verified = { $n } regels gecontroleerd; elke hash en handtekening klopt.
witnesses-title = Getuigen
witnesses-about = Zij hebben getekend dat uw logboek alleen maar groeit. Ze zien hoe lang het is, en niets van wat erin staat of met wie het is.
witness-logs =
    { $n ->
         [0] Nog geen logboek meegetekend.
         [one] Eén logboek meegetekend.
        *[other] { $n } logboeken meegetekend.
     }
witness-last = De laatste keer:
witness-in-vain =
    { $n ->
         [one] Voor één logboek is het tevergeefs gevraagd; regie vraagt het opnieuw.
        *[other] Voor { $n } logboeken is het tevergeefs gevraagd; regie vraagt het opnieuw.
     }
history-title = Uw logboek is niet wat een getuige heeft gezien
history-logs =
    { $n ->
         [one] Van één logboek heeft een getuige een andere geschiedenis gezien dan hier staat.
        *[other] Van { $n } logboeken heeft een getuige een andere geschiedenis gezien dan hier staat.
     }
history-why = Dus is regie hier, of een kopie ervan, teruggezet naar een oude toestand, of schrijft een andere kopie.
history-next = Zoek een andere computer waarop regie voor u draait, en stop het daar. Met regie witnesses heads ziet u welk logboek het is.
audit-kind = Wat
audit-supplier = Leverancier (naam of sleutel)
audit-entries =
    { $n ->
         [one] Eén regel.
        *[other] { $n } regels.
     }
audit-newest = Terug naar de nieuwste
security-sessions =
    { $n ->
         [one] Eén browser is
        *[other] { $n } browsers zijn
     } binnen
security-about = Het dashboard vergrendelt zich na 15 minuten zonder gebruik en eindigt na 12 uur. Uw wachtzin opent het weer. Vanaf andere machines openen het alleen apparaten die u hebt toegevoegd.
security-lock = Nu vergrendelen
security-leave = Verlaten
security-place = Waar uw gegevens staan
security-backup = Maak af en toe een reservekopie:
unlock-wrong = Dat is niet de wachtzin. Probeer het opnieuw.
setup-title = Begin
setup-step = Stap { $n } van 4
setup-name-title = Hoe mogen wij u noemen?
setup-name = Uw naam
setup-name-hint = Alleen voor deze pagina's. Geen leverancier ziet het.
setup-passphrase-title = Een wachtzin voor uw gegevens
setup-passphrase-hint = Uw gegevens worden ermee versleuteld bewaard. Een zin die u kunt onthouden is het best.
setup-passphrase-short = Een wachtzin heeft minstens { $n } tekens. Maak hem langer.
setup-passphrase-skip = Maak er een voor mij
setup-preset-title = Wat mag zonder u beantwoord worden?
setup-preset-hint = U kunt dit altijd wijzigen.
setup-supplier-title = Uw eerste leverancier
phrase-title = Schrijf deze woorden op
phrase-made = Dit is uw wachtzin. Schrijf die ook op: zonder kunnen uw gegevens niet open.
phrase-about = Met deze 24 woorden kennen uw leveranciers u weer als deze machine verloren gaat. Uw gegevens brengen ze niet terug: maak daarvoor een reservekopie. Ze worden één keer getoond. Bewaar ze op papier, los van deze machine.
phrase-written = Ik heb ze opgeschreven
kind-typed = door u getypt
kind-imported = ingelezen
kind-attested = bevestigd door een uitgever
kind-supplier = van een leverancier
access-once = eenmalig
access-read-once = eenmalig
access-read = als zij het vragen
access-subscribe = en elke wijziging
event-paired = U koppelde, onder: { $what }.
event-granted = Er is toestemming gegeven, door: { $what }.
event-released = Gegeven: { $what }.
event-told = Wijziging gemeld: { $what }.
event-absent = Niet bij u bekend: { $what }.
event-asked = Aan u gevraagd: { $what }.
event-asked-by = Wacht op uw woord, door deze standaard: { $what }.
event-refused = Geweigerd: { $what }.
event-nothing = Beantwoord zonder enig gegeven.
event-delivered = De leverancier tekende voor ontvangst.
event-rejected = Een bericht is geweigerd: { $what }
event-rejected-more = Nog { $what } berichten zijn geweigerd, te veel om elk te noemen
event-revoked = Een toestemming is beëindigd.
event-revoked-erase = Een toestemming is beëindigd en om wissen is gevraagd.
event-erased = De leverancier tekende dat er gewist is.
event-field-changed = U wijzigde: { $what }.
event-field-removed = U verwijderde: { $what }.
event-policy-changed = U wijzigde uw standaarden.
event-delegated = Een deel van een toestemming is doorgegeven aan een verwerker.
event-paused = U pauzeerde deze leverancier.
event-resumed = U hervatte deze leverancier.
event-restored = Regie is teruggezet uit een reservekopie.
event-of = Een regel uit het logboek van een leverancier.
event-kind-answered = antwoorden
event-kind-granted = toestemmingen
event-kind-revoked = beëindigde toestemmingen
event-kind-erased = gewist
event-kind-delivered = ontvangstbewijzen
event-kind-rejected = geweigerde berichten
event-kind-paired = nieuwe leveranciers
event-kind-delegated = doorgegeven
event-kind-paused = pauzes
event-kind-field-changed = gewijzigde gegevens
event-kind-letter-sent = brieven
event-kind-policy-changed = gewijzigde standaarden
event-kind-restored = teruggezet
sector-energy = energie
sector-retail = winkels
sector-government = overheid
sector-health = zorg
sector-telecom = telecom
sector-insurance = verzekering
sector-media = media
sector-travel = reizen
group-address = adres
group-contact = contactgegevens
group-employment = werk
group-energy = energie
group-finance = financiën
group-health = gezondheid
group-household = huishouden
group-identifiers = officiële nummers
group-name = naam
group-person = over u
group-preferences = voorkeuren
group-vehicle = voertuig
group-nameDetails = meer van uw naam
group-birth = geboorte
group-civil = staat en verblijf
group-identityDocument = paspoort en rijbewijs
group-deliveryAddress = bezorgadres
group-workAddress = adres op het werk
group-billingAddress = factuuradres
group-workContact = contact op het werk
group-otherContact = andere contactgegevens
group-emergencyContact = bij nood
group-family = gezin
group-child = uw kind
group-child2 = uw tweede kind
group-child3 = uw derde kind
group-child4 = uw vierde kind
group-home = uw woning
group-rent = huur en hypotheek
group-connection = aansluitingen en meters
group-bank = bank
group-income = inkomen en vermogen
group-insurance = verzekeringen
group-car = auto
group-education = opleiding
group-care = arts en zorg
group-work = baan
group-work2 = tweede baan
group-work3 = derde baan
group-work4 = vierde baan
group-business = eigen bedrijf
group-travel = reizen
field-address-country = land
field-address-locality = woonplaats
field-address-postalCode = postcode
field-address-region = provincie of regio
field-address-street = straat en nummer
field-birthDate = geboortedatum
field-clothing-size = kledingmaat
field-delivery-preference = bezorgvoorkeur
field-email = e-mailadres
field-employment-jobTitle = functie
field-employment-organization = werkgever
field-energy-annualElectricity = stroomverbruik per jaar (kWh)
field-energy-annualGas = gasverbruik per jaar (m³)
field-energy-contractEnd = einde van het energiecontract
field-energy-meterReading = meterstand
field-gender = geslacht
field-health-allergies = allergieën
field-health-diet = dieet
field-household-homeType = soort woning
field-household-size = personen in het huishouden
field-income-annual = jaarinkomen
field-language = voorkeurstaal
field-name-family = achternaam
field-name-full = volledige naam
field-name-given = voornaam
field-nationalId = burgerservicenummer
field-nationality = nationaliteit
field-payment-iban = rekeningnummer (IBAN)
field-telephone = telefoonnummer
field-url = webpagina
field-vehicle-licensePlate = kenteken
field-name-prefix = aanhef
field-name-initials = voorletters
field-name-called = roepnaam
field-name-insertion = tussenvoegsel
field-name-familyAtBirth = achternaam bij de geboorte
field-name-pronouns = voornaamwoorden
field-birth-place = geboorteplaats
field-birth-country = geboorteland
field-maritalStatus = burgerlijke staat
field-residence-status = verblijfsrecht
field-document-kind = soort document
field-document-number = documentnummer
field-document-issued = afgegeven op
field-document-expires = geldig tot
field-document-authority = afgegeven door
field-document-country = land van afgifte
field-drivingLicence-number = rijbewijsnummer
field-drivingLicence-since = rijbewijs sinds
field-drivingLicence-categories = rijbewijscategorieën
field-deliveryAddress-name = naam op de deur
field-deliveryAddress-street = straat en nummer, voor bezorging
field-deliveryAddress-postalCode = postcode, voor bezorging
field-deliveryAddress-locality = plaats, voor bezorging
field-deliveryAddress-country = land, voor bezorging
field-deliveryAddress-instructions = wat de bezorger moet weten
field-workAddress-name = organisatie, op het werk
field-workAddress-street = straat en nummer, op het werk
field-workAddress-postalCode = postcode, op het werk
field-workAddress-locality = plaats, op het werk
field-workAddress-country = land, op het werk
field-billingAddress-name = naam, voor rekeningen
field-billingAddress-street = straat en nummer, voor rekeningen
field-billingAddress-postalCode = postcode, voor rekeningen
field-billingAddress-locality = plaats, voor rekeningen
field-billingAddress-country = land, voor rekeningen
field-workContact-email = e-mailadres op het werk
field-workContact-telephone = telefoonnummer op het werk
field-otherContact-email = tweede e-mailadres
field-otherContact-telephone = tweede telefoonnummer
field-otherContact-channel = hoe u bereikt wilt worden
field-emergencyContact-name = wie te bellen als er iets gebeurt
field-emergencyContact-relation = wat die voor u is
field-emergencyContact-telephone = het telefoonnummer van die persoon
field-children-count = aantal kinderen
field-child-name = naam van het kind
field-child-birthDate = geboortedatum van het kind
field-child-school = school van het kind
field-child2-name = naam van het tweede kind
field-child2-birthDate = geboortedatum van het tweede kind
field-child2-school = school van het tweede kind
field-child3-name = naam van het derde kind
field-child3-birthDate = geboortedatum van het derde kind
field-child3-school = school van het derde kind
field-child4-name = naam van het vierde kind
field-child4-birthDate = geboortedatum van het vierde kind
field-child4-school = school van het vierde kind
field-home-kind = soort gebouw
field-home-area = woonoppervlak (m²)
field-home-built = bouwjaar
field-home-rooms = kamers
field-home-roof = dak
field-home-energyLabel = energielabel
field-home-heating = verwarming
field-home-value = WOZ-waarde van de woning
field-rent-landlord = verhuurder
field-rent-monthly = huur per maand
field-rent-since = gehuurd sinds
field-rent-contract = soort huurcontract
field-connection-electricityEan = EAN van de stroomaansluiting
field-connection-gasEan = EAN van de gasaansluiting
field-connection-meterNumber = meternummer
field-connection-smartMeter = slimme meter
field-connection-feedIn = teruggeleverd per jaar (kWh)
field-connection-lowTariff = stroom tegen laagtarief per jaar (kWh)
field-connection-highTariff = stroom tegen hoogtarief per jaar (kWh)
field-connection-gasReading = gasmeterstand (m³)
field-connection-waterReading = watermeterstand (m³)
field-connection-supplier = energieleverancier
field-connection-solarPeak = zonnepanelen (kWp)
field-bank-name = bank
field-bank-bic = BIC van de bank
field-bank-holder = rekeninghouder
field-bank-savingsIban = spaarrekening (IBAN)
field-bank-taxCountry = land waar u belasting betaalt
field-bank-taxNumber = fiscaal nummer in het buitenland (TIN)
field-bank-politicallyExposed = bekleedt een prominente publieke functie
field-bank-sourceOfIncome = waar uw inkomen vandaan komt
field-income-monthlyNet = netto inkomen per maand
field-income-debts = schulden
field-income-assets = spaargeld en vermogen
field-insurance-health = zorgverzekeraar
field-insurance-healthNumber = nummer bij de zorgverzekeraar
field-insurance-claimFreeYears = schadevrije jaren
field-insurance-contentsValue = waarde van uw inboedel
field-insurance-smoker = roker
field-car-make = merk en model
field-car-firstRegistered = eerste toelating
field-car-mileage = kilometers per jaar
field-car-fuel = brandstof
field-car-parked = waar de auto 's nachts staat
field-education-level = hoogste opleiding
field-education-institution = school of universiteit
field-education-graduated = afgestudeerd
field-education-studentNumber = studentnummer
field-care-doctor = huisarts
field-care-pharmacy = apotheek
field-care-conditions = ziekten en aandoeningen
field-care-medication = medicijnen
field-care-bloodType = bloedgroep
field-care-height = lengte (cm)
field-care-weight = gewicht (kg)
field-work-employeeNumber = personeelsnummer
field-work-since = in dienst sinds
field-work-contract = soort werk
field-work-hours = uren per week
field-work-salary = bruto salaris per maand
field-work-taxCredit = loonheffingskorting bij deze werkgever
field-work-pensionFund = pensioenfonds
field-work2-organization = tweede werkgever
field-work2-jobTitle = functie, tweede baan
field-work2-employeeNumber = personeelsnummer, tweede baan
field-work2-since = in dienst sinds, tweede baan
field-work2-contract = soort werk, tweede baan
field-work2-hours = uren per week, tweede baan
field-work2-salary = bruto salaris per maand, tweede baan
field-work2-taxCredit = loonheffingskorting, tweede baan
field-work2-pensionFund = pensioenfonds, tweede baan
field-work3-organization = derde werkgever
field-work3-jobTitle = functie, derde baan
field-work3-employeeNumber = personeelsnummer, derde baan
field-work3-since = in dienst sinds, derde baan
field-work3-contract = soort werk, derde baan
field-work3-hours = uren per week, derde baan
field-work3-salary = bruto salaris per maand, derde baan
field-work3-taxCredit = loonheffingskorting, derde baan
field-work3-pensionFund = pensioenfonds, derde baan
field-work4-organization = vierde werkgever
field-work4-jobTitle = functie, vierde baan
field-work4-employeeNumber = personeelsnummer, vierde baan
field-work4-since = in dienst sinds, vierde baan
field-work4-contract = soort werk, vierde baan
field-work4-hours = uren per week, vierde baan
field-work4-salary = bruto salaris per maand, vierde baan
field-work4-taxCredit = loonheffingskorting, vierde baan
field-work4-pensionFund = pensioenfonds, vierde baan
field-business-name = naam van uw bedrijf
field-business-registration = KvK-nummer
field-business-vat = btw-nummer
field-business-iban = zakelijke rekening (IBAN)
field-travel-card = OV-chipkaartnummer
hint-of-name-prefix = Zoals brieven aan u moeten beginnen, bijvoorbeeld mevrouw.
hint-of-name-initials = Zoals in uw paspoort.
hint-of-name-insertion = Bijvoorbeeld de of van der.
hint-of-name-familyAtBirth = Zoals in uw paspoort.
hint-of-name-pronouns = Bijvoorbeeld zij/haar.
hint-of-document-number = Geef het alleen aan wie het volgens de wet moet weten.
hint-of-drivingLicence-categories = Bijvoorbeeld AM, B.
hint-of-deliveryAddress-instructions = Bijvoorbeeld: bel aan de achterkant.
hint-of-emergencyContact-name = Vraag het die persoon eerst.
hint-of-emergencyContact-relation = Bijvoorbeeld zus, buurman.
hint-of-connection-meterNumber = Het staat op de meter.
hint-of-bank-holder = Zoals op uw pas.
hint-of-bank-politicallyExposed = Banken moeten dit volgens de wet vragen.
hint-of-insurance-healthNumber = Het staat op uw zorgpas.
hint-of-business-vat = Zoals NL001234567B01.
choice-maritalStatus-single = alleenstaand
choice-maritalStatus-married = getrouwd
choice-maritalStatus-registered_partnership = geregistreerd partnerschap
choice-maritalStatus-cohabiting = samenwonend
choice-maritalStatus-divorced = gescheiden
choice-maritalStatus-widowed = weduwe of weduwnaar
choice-residence-status-citizen = staatsburger
choice-residence-status-eu_citizen = burger van de EU
choice-residence-status-permanent = vergunning voor onbepaalde tijd
choice-residence-status-temporary = tijdelijke vergunning
choice-residence-status-other = iets anders
choice-document-kind-passport = paspoort
choice-document-kind-identity_card = identiteitskaart
choice-document-kind-driving_licence = rijbewijs
choice-document-kind-residence_permit = verblijfsdocument
choice-otherContact-channel-email = per e-mail
choice-otherContact-channel-telephone = telefonisch
choice-otherContact-channel-post = per post
choice-otherContact-channel-message = per bericht
choice-home-kind-apartment = appartement
choice-home-kind-terraced = tussenwoning
choice-home-kind-corner = hoekwoning
choice-home-kind-semi_detached = twee-onder-een-kap
choice-home-kind-detached = vrijstaand huis
choice-home-kind-room = kamer
choice-home-kind-houseboat = woonboot
choice-home-kind-other = iets anders
choice-home-roof-tiles = pannen
choice-home-roof-flat = plat dak
choice-home-roof-thatched = riet
choice-home-roof-other = iets anders
choice-home-energyLabel-a_plus = A+ of beter
choice-home-energyLabel-a = label A
choice-home-energyLabel-b = label B
choice-home-energyLabel-c = label C
choice-home-energyLabel-d = label D
choice-home-energyLabel-e = label E
choice-home-energyLabel-f = label F
choice-home-energyLabel-g = label G
choice-home-heating-gas = op gas
choice-home-heating-heat_pump = warmtepomp
choice-home-heating-district = stadswarmte
choice-home-heating-electric = elektrisch
choice-home-heating-other = iets anders
choice-rent-contract-indefinite = voor onbepaalde tijd
choice-rent-contract-fixed_term = voor bepaalde tijd
choice-bank-sourceOfIncome-wages = loon
choice-bank-sourceOfIncome-own_business = eigen bedrijf
choice-bank-sourceOfIncome-pension = pensioen
choice-bank-sourceOfIncome-benefit = uitkering
choice-bank-sourceOfIncome-assets = vermogen
choice-bank-sourceOfIncome-other = iets anders
choice-car-fuel-petrol = benzine
choice-car-fuel-diesel = diesel
choice-car-fuel-electric = stroom
choice-car-fuel-hybrid = hybride
choice-car-fuel-gas = lpg of gas
choice-car-fuel-other = iets anders
choice-car-parked-street = op straat
choice-car-parked-driveway = op de oprit
choice-car-parked-garage = in een garage
choice-car-parked-car_park = op een parkeerterrein
choice-education-level-primary = basisschool
choice-education-level-secondary = middelbare school
choice-education-level-vocational = mbo
choice-education-level-bachelor = hbo of bachelor
choice-education-level-master = universiteit of master
choice-education-level-doctorate = gepromoveerd
choice-education-level-other = iets anders
choice-care-bloodType-0_neg = O negatief
choice-care-bloodType-0_pos = O positief
choice-care-bloodType-a_neg = A negatief
choice-care-bloodType-a_pos = A positief
choice-care-bloodType-b_neg = B negatief
choice-care-bloodType-b_pos = B positief
choice-care-bloodType-ab_neg = AB negatief
choice-care-bloodType-ab_pos = AB positief
choice-work-contract-permanent = vast contract
choice-work-contract-temporary = tijdelijk contract
choice-work-contract-agency = via een uitzendbureau
choice-work-contract-self_employed = zelfstandig
choice-work-contract-retired = met pensioen
choice-work-contract-none = geen baan
choice-gender-f = vrouw
choice-gender-m = man
choice-gender-x = geen van beide
choice-household-homeType-owned = koop
choice-household-homeType-rented = huur
choice-household-homeType-shared = gedeeld
choice-household-homeType-other = iets anders
choice-yes = ja
choice-no = nee
choice-none = niet ingevuld
purpose-ServiceProvision = een dienst leveren
purpose-RequestedServiceProvision = een dienst leveren waar u om vroeg
purpose-DeliveryOfGoods = goederen bij u bezorgen
purpose-PaymentManagement = betalingen afhandelen
purpose-Personalisation = aanpassen aan u
purpose-ServiceUsageAnalytics = gebruik van de dienst analyseren
purpose-CustomerManagement = klantbeheer
purpose-CustomerCare = u helpen als klant
purpose-EnforceSecurity = beveiliging
purpose-FraudPreventionAndDetection = fraude voorkomen en ontdekken
purpose-Marketing = reclame
purpose-DirectMarketing = u reclame sturen
purpose-FulfilmentOfObligation = een verplichting nakomen
purpose-LegalCompliance = doen wat de wet eist
purpose-ResearchAndDevelopment = onderzoek en ontwikkeling
purpose-AcademicResearch = wetenschappelijk onderzoek
purpose-SellDataToThirdParties = uw gegevens verkopen
agreement-SD-BASE = Alleen de dienst
agreement-SD-BASE-DP = Alleen de dienst, en mijn gegevens mee
agreement-SD-BASE-A = De dienst en analyse
agreement-SD-BASE-A-DP = De dienst en analyse, en mijn gegevens mee
agreement-SD-BASE-AT = De dienst, analyse en volgen
agreement-SD-BASE-AT-DP = De dienst, analyse en volgen, en mijn gegevens mee
agreement-SD-BASE-ATP = De dienst, analyse, volgen en een profiel
agreement-SD-BASE-ATP-DP = De dienst, analyse, volgen en een profiel, en mijn gegevens mee
agreement-SD-BASE-ATP-S3P = De dienst, analyse, volgen, een profiel en delen
agreement-SD-BASE-ATP-S3P-DP = De dienst, analyse, volgen, een profiel en delen, en mijn gegevens mee
agreement-PDC-AI = Mijn gegevens, gegeven om AI te trainen
agreement-PDC-GOOD = Mijn gegevens, gegeven voor het algemeen nut
agreement-PDC-INTENT = Mijn wens, verteld aan de markt
rule-nobody-advertises-to-me = niemand maakt reclame bij mij
rule-nobody-sells-my-data = niemand verkoopt mijn gegevens
rule-sensitive-data-only-with-my-word = gevoelige gegevens alleen met mijn woord
rule-my-bank-account-only-for-payments = mijn rekening alleen voor betalingen
rule-my-bank-account-for-a-payment-with-my-word = mijn rekening voor een betaling met mijn woord
rule-no-sensitive-data-for-advertising = geen gevoelige gegevens voor reclame
rule-no-sensitive-data-for-sale = geen gevoelige gegevens voor verkoop
rule-my-name-for-a-service-I-asked-for = mijn naam voor een dienst waar ik om vroeg
rule-my-address-for-a-service-I-asked-for = mijn adres voor een dienst waar ik om vroeg
rule-my-contact-details-for-a-service-I-asked-for = mijn contactgegevens voor een dienst waar ik om vroeg
rule-my-name-to-the-carrier-of-what-I-bought = mijn naam naar de bezorger van wat ik kocht
rule-my-address-to-the-carrier = mijn adres naar de bezorger
rule-my-energy-use-for-a-service = mijn energieverbruik voor een dienst
rule-my-household-for-a-service = mijn huishouden voor een dienst
rule-my-name-for-help = mijn naam voor hulp
rule-my-contact-details-for-help = mijn contactgegevens voor hulp
rule-no-analytics-without-asking = geen analyse zonder vragen
rule-no-rule = geen standaard dekt het
rule-you = u
refusal-malformed = Het bericht was niet in orde.
refusal-too-large = Het was te groot.
refusal-unknown-version = Het was van een versie die regie hier niet spreekt.
refusal-bad-signature = De handtekening klopte niet.
refusal-wrong-sender = Het kwam van een ander dan het noemde.
refusal-wrong-audience = Het was voor een ander bedoeld.
refusal-not-paired = Er is geen relatie.
refusal-bad-invitation = De link is onbekend, gebruikt of verlopen. Vraag de leverancier om een nieuwe.
refusal-clock-skew = De twee klokken verschillen meer dan vijf minuten. Zet de klok goed en probeer het opnieuw.
refusal-replayed = Het was al eerder gestuurd.
refusal-rate-limited = Te veel in korte tijd.
refusal-too-many-waiting = Er wachten al te veel verzoeken.
refusal-unknown-field = Zo'n gegeven bestaat niet.
refusal-not-granted = Niet toegestaan.
refusal-declined = U zei nee, of zij.
refusal-expired = verlopen
refusal-not-yet-valid = nog niet van kracht
refusal-revoked = beëindigd
refusal-used-up = opgebruikt
refusal-widened = Er werd meer gevraagd dan was doorgegeven.
refusal-broken-chain = Er ontbrak een schakel.
refusal-forked = Het logboek sluit niet aan.
refusal-unproven = Dat het logboek aansluit, is nog niet getoond.
refusal-paused = De relatie is gepauzeerd.
refusal-unavailable = De andere kant kan nu niet antwoorden. Probeer het later opnieuw.
refusal-unexpected = Het hoorde daar niet.
outside-first-run = Deze link is al gebruikt, te oud, of van een andere browser. Stop `regie` in de terminal en start het opnieuw voor een nieuwe.
fault-odd = Deze pagina kon dat adres of formulier niet lezen. Ga terug en probeer het opnieuw.
fault-large = Dat is te groot voor deze pagina. Stuur minder tegelijk.
import-read = Lees het bestand
import-nothing = Er was niets gekozen, dus er is niets gewijzigd.
found-title = Wat er in het bestand staat
found-choose = Kies wat u wilt bewaren
found-now = nu: { $what }
found-nothing-new = Niets in dit bestand is nieuw voor u.
found-told-nobody = Als u dit bewaart, krijgt niemand bericht.
found-told =
    Als u dit alles bewaart, { $n ->
         [one] krijgt één leverancier
        *[other] krijgen { $n } leveranciers
     } bericht.
found-same =
    { $n ->
         [one] Eén gegeven is
        *[other] { $n } gegevens zijn
     } gelijk aan wat u al hebt.
show-names = Toon de namen
show-all = Toon alle
rules-which = welke leverancier
rules-agreement = Alleen onder een overeenkomst die minstens zo streng is als
what-groups = Groepen
what-fields = Losse gegevens
why-agreement = onder een overeenkomst minstens zo streng als: { $what }
agreement-title = Wat u nieuwe leveranciers voorstelt
agreement-about = Uw voorwaarden: de leverancier aanvaardt ze of er is geen relatie. Leveranciers die u al hebt houden de hunne.
agreement-portable = En zij moeten mij mijn gegevens meegeven
agreement-keep = Stel dit voortaan voor
agreement-kept = Nieuwe leveranciers krijgen voortaan deze overeenkomst voorgesteld.
failure-not-found = Het is er niet, of niet meer. Ga terug en kijk opnieuw.
failure-bad-argument = Iets wat is ingevuld, werd niet begrepen. Ga terug en verander het.
failure-already-done = Het was al gedaan. U hoeft niets meer te doen.
failure-bad-pairing = De koppeling klopte niet. Vraag de leverancier om een nieuwe link.
failure-refused = Het werd geweigerd.
failure-no-node = Regie draait niet. Start `regie` in een terminal.
failure-unreachable = De leverancier is nu niet te bereiken. Probeer het later, of vraag om een nieuwe link.
failure-damaged = De opslag is beschadigd. Bewaar een kopie van de map en zet de laatste back-up terug.
failure-store = De opslag kan dit nu niet. Zie wat hieronder staat.
failure-internal = Er ging binnenin iets mis. Probeer het opnieuw; start regie opnieuw als het zo blijft.
failure-locked = Dat is niet de wachtzin. Probeer het opnieuw.
calendar-1 = jan
calendar-2 = feb
calendar-3 = mrt
calendar-4 = apr
calendar-5 = mei
calendar-6 = jun
calendar-7 = jul
calendar-8 = aug
calendar-9 = sep
calendar-10 = okt
calendar-11 = nov
calendar-12 = dec
sure-end = Elke toestemming van deze leverancier eindigt nu. Wat hij heeft, houdt hij. Dit is niet terug te draaien; de leverancier kan opnieuw vragen.
yes-end = Ja, beëindig alles
sure-erase = Elke toestemming eindigt nu, en de leverancier moet wissen wat hij heeft en daarvoor tekenen. Dit is niet terug te draaien; de leverancier kan opnieuw vragen.
yes-erase = Ja, beëindig en vraag om wissen
sure-remove = De waarde en alle eerdere worden hier vernietigd, en leveranciers die wijzigingen horen, horen dat ze weg is. Dit is niet terug te draaien.
yes-remove = Ja, verwijder het
tried-preset = Al uw standaarden worden door deze set vervangen, ook die uit uw eigen beslissingen kwamen.
rule-you-said = een beslissing van u

# De pagina van het bedrijf
console-title = Companion
console-about = Wat deze companion weet en doet. Aanbiedingen en sleutels hebben een eigen pagina; verder kan hier niets worden veranderd.
console-footer = Regie · pagina's om te bekijken, en voor aanbiedingen en sleutels; al het andere gaat via de API
console-key = API-sleutel
console-wrong = Die sleutel bestaat niet. `regie supplier key create` maakt er een.
console-enter = Tonen
console-leave = Verlaten
console-live = Echte personen
console-test = Proef
console-relationships = Relaties
console-connected = Nu verbonden
console-told-later = Verzocht later te komen, via openbare links
console-disclosures = Verstrekkingen
console-events = Laatste gebeurtenis
console-waiting = Verzoeken die wachten
console-waiting-about = Van de nieuwste { $n } verzoeken.
console-nothing-waits = Geen. Iedereen heeft geantwoord.
console-acts = Opzeggingen en rechten die op uw antwoord wachten
console-acts-about = Voor elk is getekend toen het aankwam. Een recht moet binnen een maand na die dag beantwoord zijn (AVG, artikel 12). Antwoord op de pagina achter deze titel, met regie supplier answer, of langs de API.
console-no-acts = Geen.
console-act = Handeling
console-act-kind = Wat het vraagt
console-act-contract = Contract
console-answer-by = Antwoorden voor
console-overdue = te laat
console-request = Verzoek
console-purpose = Doel
console-fields = Gegevens
console-since = Sinds
console-state = Stand
console-with-person = De persoon beslist
console-not-delivered = Wacht tot de node van de persoon verbinding maakt
console-persons = Personen, en hoe vers is wat u van hen heeft
console-nobody = Nog niemand. Maak een uitnodiging en geef de link aan een persoon.
console-fresh-month = Gegevens van onder de 30 dagen
console-fresh-year = 30 dagen tot een jaar
console-fresh-older = Ouder dan een jaar
console-fresh-about = Geteld over de personen in deze tabel.
console-relationship = Relatie
console-agreement = Overeenkomst
console-newest = Nieuwste gegeven
console-oldest = Oudste gegeven
console-older = Eerdere personen
console-deliveries = Afleveringen aan uw systemen
console-no-webhooks = Er is geen webhook. Gebeurtenissen zijn ook met een cursor te lezen.
console-webhook = Webhook
console-behind = Gebeurtenissen achter
console-failures = Mislukkingen op rij
console-enabled = aan
console-disabled = gestopt
console-paused = gepauzeerd
console-failing = mislukt
console-given-up = Stopt op { $what } als het zo doorgaat
console-dead-letters = { $n ->
    [one] Eén gebeurtenis is steeds geweigerd
   *[other] { $n } gebeurtenissen zijn steeds geweigerd
}
console-keys = Sleutels en tweede woorden
console-back = Terug
console-key-made = De nieuwe sleutel. U ziet hem alleen nu
console-approvals = Wat op het woord van een tweede wacht
console-approvals-about = Een verzoek aan veel personen, of een tabel, waar een sleutel om vroeg. Een andere moet binnen drie dagen instemmen.
console-no-approvals = Niets.
console-approval-for = Waarvoor
console-approval-by = Gevraagd door
console-approval-pending = wacht
console-approve = Instemmen
console-refuse = Weigeren
console-keys-held = Sleutels die gelden
console-key-name = Welk systeem hem gebruikt
console-key-scopes = Wat hij mag
console-key-from = Geldt vanaf
console-key-from-hint = Netwerken als 192.0.2.0/24, met komma's. Van overal, waar er geen genoemd is.
console-key-used = Het laatst gebruikt
console-key-end = Beëindigen
console-key-new = Een sleutel maken
console-key-expires = Tot
console-key-make = Maken
scope-read = zien wat er is, gevraagd en verteld is
scope-ask = iets tegen personen zeggen
scope-erase = wissen wat er is
scope-webhooks = webhooks maken en veranderen
scope-approve = instemmen met wat een andere sleutel begon
scope-admin = sleutels maken en beëindigen, en zien wie wat las
console-answered = Beantwoord. Het antwoord is ondertekend en onderweg naar de persoon.
console-answers-about = Een antwoord is ondertekend en niet terug te nemen. Wat het eerst moet, staat bovenaan.
console-act-about = Waarover
console-answer = Antwoord
console-answer-choose = Kies
console-answer-ends = Het eindigt, op deze dag
console-answer-dossier = Gedaan: stuur alles wat deze companion heeft, als bestand
console-answer-done = Gedaan
console-answer-complex = Twee maanden meer: het is ingewikkeld
console-answer-many = Twee maanden meer: er zijn veel verzoeken
console-answer-refuse = Geweigerd
console-answer-last-day = Laatste dag
console-answer-do = Ondertekenen en sturen
refuse-unfounded = het is kennelijk ongegrond
refuse-excessive = het is buitensporig
refuse-legal-duty = een wet eist dat het bewaard wordt
refuse-legal-claims = het is nodig voor rechtsvorderingen
refuse-public-interest = het is in het algemeen belang
refuse-others-rights = het zou anderen schaden
refuse-still-needed = het is nog nodig
refuse-overriding = er zijn gronden die zwaarder wegen
refuse-correct = wat er staat klopt
refuse-not-automated = het staat niet in machines, of kwam niet van de persoon
refuse-no-such-contract = er is geen zulk contract
refuse-ended-already = het is al beëindigd, of eindigt al
refuse-cooling-off-over = de bedenktijd is voorbij
refuse-no-withdrawal = de wet laat niemand hiervan af
console-market = Wensen en aanbiedingen
console-wanted = Wat mensen willen
console-wanted-about =
    { $n ->
        [0] U volgt geen bord. Volg er een met regie supplier follow, of via de API.
        [one] Gevonden op het bord dat u volgt, het nieuwste eerst. Niemand wordt genoemd.
       *[other] Gevonden op de { $n } borden die u volgt, het nieuwste eerst. Niemand wordt genoemd.
    }
console-nothing-wanted = Niets wat nu open is.
console-wish = Wens
console-details = Wat ertoe doet
console-at-most = Hoogstens
console-budget = hoogstens { $what }
console-until = Tot
console-strange = niet in de catalogus
console-offer = Aanbod
console-offer-new = Doe een aanbod
console-offer-title = Wat u biedt, in één regel
console-offer-price = Prijs
console-offer-unsaid = Niet gezegd
console-offer-needs = Wat u moet weten om te leveren. Alleen dit krijgt u als iemand ingaat op het aanbod
console-offer-other = Andere velden
console-offer-other-hint = Met hun pad, met komma's ertussen: household.size, group:energy.
console-offer-reference = Uw eigen kenmerk, dat niemand anders ziet
console-offer-retention = Dagen dat u een waarde bewaart
console-offer-holds = Dagen dat het aanbod geldt
console-offer-do = Verstuur het aanbod
console-offers = Aanbiedingen die u deed
console-no-offers = Nog geen.
console-offer-state-waiting = onderweg
console-offer-state-delivered = op het bord
console-offer-state-refused = geweigerd door het bord
console-offer-state-taken-up = aangenomen

menu-inbox = Postvak
inbox-title = Postvak
inbox-about = Wat leveranciers stuurden in de verzamelingen die u opende. Iets anders kan niet binnenkomen.
inbox-corrections = Correcties die zij voorstellen
inbox-no-corrections = Geen.
inbox-documents = Documenten
inbox-no-documents = Nog geen. Op de pagina van een leverancier opent u een verzameling, bijvoorbeeld voor rekeningen.
inbox-present = U hebt
inbox-after = Het zou moeten zijn
inbox-nothing = niets
inbox-stale = De leverancier dacht dat u iets anders had. Vergelijk goed.
inbox-accept = Overnemen
inbox-decline = Zo laten
inbox-delete = Weggooien
inbox-delete-yes = Ja, voorgoed weggooien
inbox-what = Wat
inbox-where = In
inbox-do = Doen
inbox-bytes = { $n } bytes
inbox-accepted = Overgenomen. Wie er recht op heeft, krijgt het te horen.
inbox-declined = Gelaten zoals het was.
inbox-deleted = Voorgoed weggegooid.
item-here = wacht op u
item-accepted = overgenomen
item-declined = zo gelaten
collection-bills = rekeningen en betalingen
collection-contracts = contracten en voorwaarden
collection-corrections = correcties
collection-messages = berichten
collection-meter-readings = meterstanden en verbruik
collection-warranties = garanties en handleidingen
collection-other = andere documenten
access-write = mag u iets sturen
event-received = Er kwam iets in: { $what }.
event-kind-received = ontvangen stukken
supplier-open = Laat deze leverancier u sturen
supplier-open-do = Openen
supplier-open-hint = Een jaar lang, ten hoogste 10 stukken per uur en 500 in totaal. U kunt het beëindigen zoals elke toestemming.
supplier-opened = Geopend. Wat er komt staat in uw postvak.
terms-checked = Regie weigert zelf verzoeken voor andere doelen, doorgeven en bewaren die deze overeenkomst niet toestaat. Volgen, en wat er gebeurt met gegevens die er al zijn, is het woord van de leverancier.
pair-alternative = De leverancier aanvaardt uw voorwaarden niet en stelt voor: { $what }. Dat staat ook toe:
pair-alternative-next = Kies hieronder "dezelfde" om ermee akkoord te gaan, of verlaat deze pagina: er is niets afgesproken.
also-analytics = analyse van hoe u de dienst gebruikt
also-tracking = u volgen
also-profiling = een profiel van u
also-third-parties = geanonimiseerde gegevens delen met anderen
refusal-outside-agreement = buiten uw overeenkomst
refusal-collection-full = de verzameling is vol

menu-wishes = Wensen
wishes-title = Wat u wilt
wishes-about = Zeg wat u wilt zonder te zeggen wie u bent. Leveranciers antwoorden met aanbiedingen; alleen wie u kiest leert u kennen, en krijgt alleen wat voor die aanbieding nodig is.
wishes-no-offers = Nog geen aanbiedingen. Regie kijkt vanzelf; kom later terug.
wishes-known = u kent die
wishes-price = Kost
wishes-above = boven uw budget
wishes-budget = Ten hoogste
wishes-until = Tot
wishes-refused = Het prikbord zei
wishes-needs = Moet weten
wishes-needs-nothing = niets
wishes-why = Voor
wishes-kept = { $n ->
    [one] 1 dag bewaard
   *[other] { $n } dagen bewaard
}
wishes-take = Aannemen
wishes-take-means = { $what } leert u kennen, onder een eigen sleutel, en krijgt precies wat hierboven staat. U kunt dat beëindigen zoals elke toestemming.
wishes-take-yes = Ja, aannemen
wishes-pass = Voorbij laten gaan
wishes-held-back = { $n ->
    [one] Nog 1 aanbieding staat lager; sla er een over en ze schuift op.
   *[other] Nog { $n } aanbiedingen staan lager; sla er een over en de volgende schuift op.
}
wishes-passed-over = { $n ->
    [one] 1 aanbieding ging voorbij.
   *[other] { $n } aanbiedingen gingen voorbij.
}
wishes-withdraw = Geen aanbiedingen meer
wishes-new = Iets nieuws willen
wishes-new-about = Schrijf niets waaruit blijkt wie u bent: regie weigert uw naam, adres, telefoonnummer en dergelijke, maar kan niet alles zien.
wishes-category = Wat wilt u?
wishes-wish = Wat er verder toe doet, in uw woorden
wishes-by = De beste aanbieding is
wishes-by-all = wat past, dan goedkoopst
wishes-by-price = de goedkoopste
wishes-by-match = die het meest past
wishes-by-fields = die het minst hoeft te weten
wishes-by-retention = die het kortst bewaart
wishes-by-known = van een leverancier die ik ken
wishes-days = Voor hoeveel dagen
wishes-board = Op welk prikbord het hangt
wishes-board-hint = Wie het bijhoudt ziet wat u wilt, en niet wie u bent.
wishes-do = Uitzetten
wishes-cast = Uitgezet. Aanbiedingen komen hier.
wishes-taken = Aangenomen. De leverancier heeft wat nodig is, de anderen krijgen niets.
wishes-passed = Voorbij laten gaan.
wishes-withdrawn = Ingetrokken. Er komen geen aanbiedingen meer.
wishes-another-kind = Iets van een andere soort willen
wishes-hint-money = Een bedrag, zoals 150 of 149,50, en in welk geld.
wishes-hint-year = Het jaar is genoeg.
wishes-hint-region = Uw provincie, of de eerste twee cijfers van uw postcode. Niet uw hele postcode.
wishes-filled-in = Ingevuld uit uw eigen gegevens, ongeveer. Wijzig het, of laat het leeg.
wishes-all-the-same = maakt niet uit
wishes-days-wrong = Voor hoeveel dagen is een getal van 1 tot en met 90.
wishes-no-boards = Geen van uw leveranciers houdt een prikbord bij. Plak hieronder de link van een prikbord.
wishes-board-of = Dat van { $what }
wishes-board-last = Het prikbord dat u het laatst gebruikte
wishes-board-other = Een ander prikbord
wishes-board-link = De link van het prikbord
wishes-board-link-hint = Wie het prikbord bijhoudt heeft hem. Plak de hele link.
wishes-code = De code
wishes-taken-of = U nam de aanbieding van { $what } aan
wishes-offer = Aanbieding
wishes-bound = U zit eraan vast voor
wishes-choose = Kiezen
wishes-no-price = niet gezegd
wishes-not-said = niet gezegd
wishes-knows = Hoorde van u
wishes-stands = Hoe het ervoor staat
wishes-arrived = De leverancier heeft het.
wishes-on-its-way = Onderweg: de leverancier hoort het zodra die bereikt wordt.
wishes-contract = Het contract dat ervan kwam
wish-state-casting = onderweg naar het prikbord
wish-state-open = open
wish-state-withdrawn = ingetrokken
wish-state-taken-up = aangenomen
wish-state-ended = voorbij
event-cast = U zette een wens uit.
event-closed = Een wens werd gesloten.
event-kind-cast = wensen uitgezet
event-kind-closed = wensen gesloten
refusal-not-a-board = geen prikbord
refusal-unknown-intent = er staat zo geen wens open
refusal-not-admitted = niet toegelaten op het prikbord
refusal-wrong-board = van een ander prikbord
refusal-board-full = het prikbord is vol
refusal-key-spent = die sleutel heeft al een andere wens
refusal-not-a-helper = telt geen antwoorden op
refusal-wrong-batch = andere ronde van de telling
refusal-too-few = te weinig antwoorden
refusal-too-many-offers = geen aanbiedingen meer

credentials-title = Verklaringen
credentials-about = Waar anderen voor instaan: een gemeente, een bank, een school ondertekent het. Regie toont een leverancier die ene waarde die hij mag hebben, met het bewijs, en verder niets.
credentials-none = U hebt er geen.
credentials-remove = Weggooien; de waarden blijven als uw eigen woord
credentials-key-about = Een uitgever bindt een verklaring aan een sleutel van u. Maak er een per verklaring en geef die aan de uitgever.
credentials-key-made = De sleutel voor de uitgever
credentials-key = Maak een sleutel
credentials-text = De verklaring, zoals de uitgever die gaf
credentials-issuer = De openbare sleutel van de uitgever, of zijn rootcertificaten, zoals de uitgever ze bekendmaakt
credentials-add = Neem op
credentials-added = Opgenomen: de waarden dragen nu de naam van de uitgever.
credentials-removed = Weggegooid.

menu-segments = Erbij horen
segments-title = Hoort u erbij?
segments-about = Leveranciers maken bekend wie zij zoeken. Regie vergelijkt dat met wat u hebt, hier en nergens anders; een leverancier hoort alleen wat u zelf zegt.
segments-left = Privacybudget dat over is om geteld te worden, over alle leveranciers: { $what }. Wat u uitgeeft komt na een jaar terug.
segments-none = Geen van uw leveranciers maakt er nu een bekend.
segments-fits = past bij u
segments-fits-not = past niet
segments-epsilon = Wat geteld worden ervan kost
segments-by-chance = Laat u zich hier tellen, dan krijgt deze leverancier een antwoord onder uw sleutel daar: door het lot bepaald, en in { $what } van de 100 gevallen juist. Dat is een vermoeden over u, niet niets.
segments-helper = Uw antwoord wordt in tweeën geknipt: een helft voor dit bedrijf, een voor { $what }. Geen van beide ziet een antwoord.
segments-least = { $n ->
    [one] Alleen de som van { $n } of meer wordt ooit gelezen.
   *[other] Alleen de som van { $n } of meer wordt ooit gelezen.
}
segments-counted = geteld
segments-yes = Ja, ik hoor erbij
segments-no = Laat mij erbuiten
segments-count = Tel mij zonder mijn naam
segments-you-yes = u zei ja
segments-you-no = u zei nee
segments-you-count = u liet u tellen
segments-said-yes = Gezegd. U kunt het altijd terugnemen.
segments-said-no = U blijft erbuiten.
segments-said-count = Geteld: er ging één antwoord uit, door het lot bepaald, en daarna nooit meer een.
segments-brings = Wat het u brengt, in de woorden van de leverancier:
segments-whom = Voor wie het is:
segments-part = Waar naar gekeken wordt
segments-yours = Van u
segments-holds = Klopt het?
segments-no-value = niet ingevuld
segments-yes-tells = Zegt u ja, dan hoort { $what } dat dit alles voor u klopt, en niet uw gegevens zelf. Gebruikt voor:
clause-holds = waar voor u
clause-fails = niet waar voor u
clause-unknown = u hebt geen waarde om dat aan te zien
event-belonged = U zei of u bij een groep hoort die een leverancier zoekt.
event-counted-in = U werd geteld zonder naam.
event-kind-belonged = woorden over erbij horen
event-kind-counted-in = keren geteld
event-acted = U liet het dit doen: { $what }.
event-act-received = Het tekende dat dit aankwam.
event-act-refused = Het nam dit niet aan: { $what }.
event-act-answered = Het antwoordde op wat u het liet doen.
event-kind-acted = wat u leveranciers liet doen
event-kind-act-received = ontvangstbewijzen daarvan
event-kind-act-refused = niet door hen aangenomen
event-kind-act-answered = antwoorden daarop
act-kind-end = een contract beëindigen
act-kind-withdraw = een contract ongedaan maken binnen de bedenktijd
act-kind-access = laten zien wat het van u heeft (AVG 15)
act-kind-rectification = verbeteren wat het van u heeft (AVG 16)
act-kind-erasure = wissen wat het van u heeft (AVG 17)
act-kind-restriction = wat het van u heeft met rust laten (AVG 18)
act-kind-portability = wat het van u heeft meegeven voor een ander programma (AVG 20)
act-kind-objection = ophouden met gebruiken wat het van u heeft (AVG 21)
refusal-unknown-segment = zo geen groep
refusal-unknown-act = niets wat gezegd is
refusal-unknown-item = een stuk van niets dat was aangekondigd
refusal-too-many-acts = het neemt langs de lijn niets meer aan
standing-proven = domein bewezen
standing-claimed = domein alleen beweerd
standing-contradicted = tegengesproken door het domein
standing-none = geen domein
standing-unread = bij u niet bekend
standing-vouched = u staat ervoor in
standing-since = sinds { $what }
standing-checked = laatst nagekeken { $what }
standing-defaults = Uw standaardantwoorden
standing-defaults-yes = gelden ervoor
standing-defaults-no = gelden er niet voor: u wordt elke keer gevraagd
looks-like = lijkt op { $what }
looks-like-known = Het lijkt op “{ $what }”, dat u al kent, maar heeft een andere sleutel.
looks-like-since = U kent die sinds { $what }.
unread-not-a-domain = Wat het zijn domein noemt, is geen domeinnaam. Vraag het zijn profiel te verbeteren.
unread-unresolved = De naam van het domein is niet te vinden. Controleer uw verbinding, of vraag de leverancier of het domein nog van hem is.
unread-private = Het domein leidt naar een privénetwerk; daar wordt niet gekeken.
unread-unreachable = De webserver van het domein antwoordt niet. Het wordt later opnieuw geprobeerd.
unread-certificate = Het certificaat van het domein klopt niet: het is verlopen, voor een andere naam, of van een uitgever die dit systeem niet vertrouwt.
unread-slow = De webserver van het domein antwoordde niet op tijd. Het wordt later opnieuw geprobeerd.
unread-redirect = Het domein verwijst naar een andere plaats in plaats van zelf te antwoorden.
unread-no-document = Het domein heeft geen document dat het bewijst. Vraag de leverancier er een neer te zetten.
unread-too-large = Het document van het domein is te groot. Vraag de leverancier het opnieuw te schrijven.
unread-outdated = Het document van het domein is nog getekend met een sleutel die de leverancier heeft vervangen. Vraag de leverancier het opnieuw te plaatsen.
unread-not-a-document = Wat op het domein staat, is geen ondertekend profiel. Vraag de leverancier het opnieuw te schrijven.
unread-proxied = De proxy van regie leidde niet naar de webserver van het domein. Kijk of de proxy draait en anderen bereikt; het wordt later opnieuw geprobeerd.
unread-no-tls = Regie kan op deze computer geen certificaten controleren. Installeer het pakket ca-certificates.
contradiction-other-key = Het document van het domein is van een andere sleutel: dit is niet de houder van dat domein, of hij heeft een nieuwe sleutel. Vraag het langs een weg die u vertrouwt.
contradiction-revoked = Het domein zegt dat deze sleutel er niet meer voor spreekt: hij is verloren of gestolen. Wie hem heeft, krijgt niets te horen. Vraag de leverancier om een nieuwe link, langs een weg die u vertrouwt.
contradiction-other-domain = Het document van het domein noemt een ander domein. Vraag het de leverancier langs een weg die u vertrouwt.
pair-wishes = Wat het zal vragen, en waarom
pair-wishes-none = Dat zegt het niet.
pair-vouch = Ik kreeg deze link van henzelf
pair-mixed-scripts = De naam mengt letters van verschillende schriften en kan daardoor op een andere lijken.
vouch-hint = Alleen dan, of als het domein bewezen is, gelden uw standaardantwoorden ervoor. Anders wordt u elke keer gevraagd.
do-vouch = Ik weet dat zij het zijn: mijn standaardantwoorden mogen gelden
do-vouch-no = Terugnemen
supplier-vouched = U staat ervoor in. Uw standaardantwoorden mogen ervoor gelden.
supplier-vouched-no = U staat er niet meer voor in.
event-identified = Wie het is, veranderde door wat het domein zegt.
event-vouched = U stond ervoor in.
event-vouched-no = U nam uw woord ervoor terug.
event-profile-renewed = Het toonde een nieuwer profiel.
other-next-key = Het noemt een andere volgende sleutel dan toen u het leerde kennen. Misschien spreekt een ander uit zijn naam: vraag het langs een weg die u vertrouwt.
do-renew-key = Hier een andere sleutel gebruiken
renew-key-hint = Wie deze sleutel zag, in een netwerk dat u gebruikte, herkent u onder de volgende niet. Wat u afsprak, gaat door.
supplier-key-renews = Regie gebruikt een andere sleutel zodra de leverancier die kent.
event-key-renewed = U gebruikt hier een andere sleutel.
event-key-rotated = Het nam een andere sleutel in gebruik: die waaraan het zich van tevoren had gebonden.
rule-not-known = het is niet bewezen wie dit is, en u staat er niet voor in
failure-changed-profile = De leverancier toont nu een ander profiel dan u bekeek. Er is niets gekoppeld; bekijk het opnieuw.
failure-comes-later = Er komen op dit moment te veel mensen bij deze leverancier. Regie probeert het een dag lang zelf opnieuw; je vindt de leverancier in je lijst zodra je gekoppeld bent.
failure-look-first = Deze leverancier is niet wie hij lijkt, of lijkt op een andere. Bekijk hem voordat u het aanbod aanneemt.

# Wie heeft mijn gegevens?
find-title = Wie heeft mijn gegevens?
find-about = Uw wachtwoordmanager weet waar u inlogt, en uw bank weet wie u betaalt. Geef exports van beide, en zie wie gegevens van u heeft. Alleen adressen, gebruikersnamen en wat u steeds opnieuw betaalt worden gelezen. Wachtwoorden en losse betalingen worden niet bewaard, en niets verlaat deze computer.
find-files = De bestanden
find-files-hint = Van een wachtwoordmanager of browser: Bitwarden (JSON of CSV), KeePass (KDBX), Chrome, Firefox, Safari (CSV), of het uitwisselformaat van FIDO. Van een bank: CAMT.053, MT940 of CSV. Geef er meer tegelijk; met een jaar aan afschriften worden ook jaarlijkse betalingen gezien. Wis de exports daarna.
find-password = Wachtwoord van het bestand, als het er een heeft
find-password-hint = Voor KeePass, en voor een versleutelde export van Bitwarden. Het wordt eenmaal gebruikt en niet bewaard.
find-read = Zie wie mijn gegevens heeft
find-nothing = Deze bestanden vertellen over niemand. Kies andere bestanden, of een langere periode.
find-over = Wat gevonden is wordt niet langer dan een half uur bewaard. Lees de bestanden opnieuw.
find-preview = Dit hebben we gevonden
find-preview-hint = Er is nog niets opgenomen. Haal weg wat niet klopt, en neem de rest in één stap op.
find-enter = Neem op wat is aangevinkt
find-entered = { $n ->
    [0] Er is niets nieuws opgenomen.
    [one] Eén organisatie is opgenomen.
   *[other] { $n } organisaties zijn opgenomen.
 }
find-sure = { $n ->
    [one] Eén die gegevens van u heeft
   *[other] { $n } die gegevens van u hebben
 }
find-unsure = { $n ->
    [one] Eén waarvan het niet zeker is
   *[other] { $n } waarvan het niet zeker is
 }
find-unsure-all = Neem deze ook allemaal op
find-known = { $n ->
    [one] Eén die u al kent
   *[other] { $n } die u al kent
 }
find-have = { $n ->
    [0] Er is nog geen organisatie opgenomen
    [one] Eén organisatie is opgenomen
   *[other] { $n } organisaties zijn opgenomen
 }
find-domains = Webadres
find-email = E-mail
find-login = U logt er in.
find-login-as = U logt er in als { $what }.
find-app = U hebt een app met die naam.
find-pays-monthly = U betaalt elke maand sinds { $what }.
find-pays-quarterly = U betaalt elke drie maanden sinds { $what }.
find-pays-yearly = U betaalt elk jaar sinds { $what }.
find-collects = Er wordt met uw machtiging geïncasseerd sinds { $what }.
find-contract = Ook als contract: { $what }.
find-contract-about = Ook als contract: ongeveer { $what }.
find-contract-price = De prijs van het contract is nu { $what }.
find-has-companion = zit op regie
same-title = Zijn deze dezelfde?
same-about = Een leverancier met wie u verbonden bent kan een organisatie op uw lijst zijn. Dat kunt alleen u zeggen: een naam kan van iedereen zijn. Zijn ze dezelfde, dan staan haar contracten en haar geschiedenis bij de leverancier.
same-supplier = U bent verbonden met de leverancier { $what }.
same-yes = Ze zijn dezelfde
same-no = Het zijn er twee
same-joined = { $what } zit nu op regie. Wat u ervan had staat bij de leverancier.
same-two = { $what } blijft op uw lijst zoals het was.
joined-title = Wat u er al van had
joined-listed = Op uw lijst als { $what }.
joined-since = Sinds { $what } zit het op regie.
joined-told = Een nieuw adres komt er meteen aan, en niet per brief.
joined-asks = Wat het wil weten vraagt het aan u, en uw voorkeuren antwoorden.
joined-proof = Het tekent voor wat het wist, en voor wat het hoorde.
find-contract-ended = Niet meer betaald sinds { $what }: het contract is afgelopen.
find-entered-contracts =
    { $n ->
        [one] Eén contract is opgenomen of gewijzigd.
       *[other] { $n } contracten zijn opgenomen of gewijzigd.
    }

# Contracten
menu-contracts = Contracten
contracts-title = Contracten
contracts-about = Waaraan u vastzit, wat het kost, en wanneer een opzegging binnen moet zijn. Leveranciers zetten hier contracten neer waar u die verzameling hebt geopend; de andere voegt u zelf toe.
contracts-sum = { $n ->
        [one] per maand, voor één contract
       *[other] per maand, voor { $n } contracten
    }
contracts-sum-said = (deels volgens leveranciers)
contracts-none = Nog geen contracten. Voeg het eerste toe: energie, telefoon, verzekering, sport.
contracts-new = Contract toevoegen
contracts-what = Waarover het gaat
contracts-next = Komt nu
contracts-price = Prijs
contracts-end = Kan eindigen
contracts-over = Het is afgelopen.
contracts-was = was { $what }
contracts-varies = verschilt per keer
contracts-ends = Eindigt op { $what }.
contracts-can-end = Op { $what }.
contracts-can-end-by = Zeg uiterlijk { $what } op.
contracts-by-law = volgens de wet
contracts-letter = Brief om op te zeggen
contracts-next-withdraw = Bedenktijd tot en met { $what }
contracts-next-notice = Zeg op uiterlijk { $what }, anders loopt het door
contracts-next-renews = Loopt vanzelf door op { $what }
contracts-next-ends = Eindigt op { $what }
contracts-next-begins = Begint op { $what }
contracts-next-none = Niets vanzelf
contracts-from-you = door u ingevuld
contracts-from-payment = gevonden in betalingen
contracts-fill-in = Vul in hoe het eindigt
contracts-from-supplier = door de leverancier geschreven
contracts-from-offer = uit de aanbieding die u aannam
contracts-left-out = { $n ->
        [one] Nog één stuk van een leverancier wordt niet getoond: die stuurt er te veel.
       *[other] Nog { $n } stukken van leveranciers worden niet getoond: zij sturen er te veel.
    }
contracts-law = Gerekend met het consumentenrecht van { $what }: wat stilzwijgend is verlengd, kunt u altijd opzeggen.
contracts-no-law = Zeg in welk land u woont, dan rekent het consumentenrecht daarvan mee.
contracts-no-advice = Dit is rekenwerk over wat in een contract staat, en geen juridisch advies. Huur, werk, verzekering en telefoon hebben eigen regels.
contracts-feed = In uw agenda
contracts-feed-about = Geef dit adres aan het agendaprogramma op deze computer: het toont wanneer een opzegging binnen moet zijn. Wie het adres heeft, ziet deze datums en verder niets.
contracts-feed-renew = Ander adres maken
contracts-feed-renewed = De agenda heeft een ander adres. Het vorige toont niets meer.
contracts-removed = Het staat niet meer op de lijst.
contracts-kept = Bewaard.
contracts-required = Er is nog iets leeg: vul het in.
contracts-amount-wrong = Schrijf een bedrag zoals 12,95.
contracts-count-wrong = Schrijf een heel getal, zoals 1 of 12.
contracts-once = eenmalig
contracts-every-day = { $n ->
        [one] per dag
       *[other] per { $n } dagen
    }
contracts-every-week = { $n ->
        [one] per week
       *[other] per { $n } weken
    }
contracts-every-month = { $n ->
        [one] per maand
       *[other] per { $n } maanden
    }
contracts-every-year = { $n ->
        [one] per jaar
       *[other] per { $n } jaar
    }
contracts-days = dagen
contracts-weeks = weken
contracts-months = maanden
contracts-years = jaren
contracts-unit = Eenheid
contracts-party = Met wie
contracts-number = Nummer van het contract
contracts-customer = Uw klantnummer
contracts-currency = Munt
contracts-price-hint = Laat het leeg waar het per rekening verschilt.
contracts-every = Betaald per
contracts-start = Eerste dag
contracts-term = U zit eerst vast voor (leeg: niet)
contracts-term-ends = Deze looptijd eindigt op
contracts-then = Daarna, zonder opzegging,
contracts-then-open = loopt het gewoon door
contracts-then-again = loopt het door voor nog een looptijd
contracts-then-ends = eindigt het
contracts-again = Die volgende looptijd is (als die er is)
contracts-notice = De opzegtermijn is (leeg: geen)
contracts-notice-by = Opzegging daarvoor uiterlijk
contracts-to = Na opzegging eindigt het op
contracts-to-any = elke dag
contracts-to-month = de laatste dag van een maand
contracts-to-term = de laatste dag van een looptijd
contracts-made = De dag waarop u akkoord ging, als dat online, telefonisch of aan de deur was: u hebt dan 14 dagen bedenktijd
contracts-cooling-off = Bedenktijd tot en met
contracts-ended = De laatste dag, als het al is opgezegd
contracts-change = Wijzigen
contracts-theirs = Dit heeft de leverancier geschreven, dus alleen de leverancier kan het wijzigen. Klopt het niet, zeg het dan tegen hen, of haal het van de lijst en voeg uw eigen toe.
contracts-withdraw = Brief om te ontbinden
contracts-remove = Van de lijst halen
contracts-remove-means = Het verdwijnt hier voorgoed. Bij de andere partij beëindigt dit niets.
contracts-remove-yes = Ja, haal het eraf
contracts-letter-about = { $what } neemt zoiets nog niet van regie aan, dus dit gaat per brief. Er wordt niets vanzelf verstuurd.
contracts-letter-by = De brief moet er uiterlijk { $what } zijn.
contracts-letter-text = De brief
contracts-letter-prove = Verstuur hem zo dat u het kunt bewijzen: aangetekend, per e-mail met antwoord, of via hun eigen formulier met een schermafdruk. Bewaar het antwoord.
contracts-tell = Beëindigen
contracts-tell-withdraw = Herroepen
contracts-tell-title = { $what } laten weten dat het eindigt
contracts-tell-about = { $what } heeft een lijn met u. Het wordt meteen gezegd, en het bedrijf tekent dat het aankwam: vanaf dat moment is de opzegging ontvangen. Het antwoordt met de laatste dag.
contracts-tell-last = De laatste dag die u vraagt
contracts-tell-yes = Nu laten weten
contracts-tell-withdraw-yes = Nu herroepen
contracts-tell-told = Het is onderweg. Deze pagina toont wanneer ervoor getekend is.
contracts-tell-letter = Of stuur een brief
contracts-said = Wat de leverancier gezegd is
contracts-said-what = Wat u zei
contracts-said-asked = Laatste dag die u vroeg
contracts-said-at = Wanneer
contracts-said-state = Stand
contracts-said-received = Ervoor getekend op
contracts-said-ends = Laatste dag die het bevestigde
contracts-said-why = Waarom niet
contracts-said-letter = Schrijf de brief
act-state-waits = onderweg; er is nog niet voor getekend
act-state-received = ervoor getekend; het antwoord komt nog
act-state-extended = het duurt twee maanden langer
act-state-done = gedaan
act-state-refused = het weigert
act-state-not-taken = niet aangenomen langs de lijn; stuur een brief
act-why-complex = het is ingewikkeld
act-why-many = er zijn veel verzoeken
act-why-unfounded = het noemt dit ongegrond
act-why-excessive = het zegt dat u te vaak vraagt
act-why-legal-duty = een wet eist het
act-why-legal-claims = het is nodig voor een rechtszaak
act-why-public-interest = het is in het algemeen belang
act-why-others-rights = het zou anderen schaden
act-why-still-needed = het is nog nodig waarvoor het verzameld is
act-why-overriding = het heeft redenen die zwaarder wegen
act-why-correct = wat het heeft klopt, zegt het
act-why-not-automated = u gaf het niet zelf, of het staat niet in een computer
act-why-no-such-contract = het kent zo'n contract niet
act-why-ended-already = het is al geëindigd
act-why-cooling-off-over = de bedenktijd is voorbij
act-why-no-withdrawal = zo'n contract kan niemand herroepen
feed-withdraw = Laatste dag bedenktijd: { $what }
feed-notice = Vandaag uiterlijk opzeggen: { $what }
feed-renews = Loopt vanzelf door: { $what }
feed-ends = Eindigt: { $what }
feed-then = Dan eindigt het op { $what }.

# Verzoeken op grond van de AVG

menu-cases = Verzoeken
cases-title = Uw verzoeken
cases-about = Wat u op grond van de AVG van organisaties hebt gevraagd, wanneer zij uiterlijk moeten antwoorden, en wat er dan komt. Er gaat niets vanzelf de deur uit.
cases-waiting = { $n ->
    [one] Eén wacht op u, of er komt een dag aan die u moet weten.
   *[other] { $n } wachten op u, of er komt een dag aan die u moet weten.
  }
cases-new = Een organisatie iets vragen
cases-none = Nog geen verzoeken. Vraag wie uw gegevens heeft wat zij hebben, of ze te verbeteren, te wissen of te stoppen met reclame.
cases-what = Aan wie, en wat
cases-state = Hoe het ervoor staat
cases-due = Antwoord uiterlijk
cases-next = Wat er nu komt
cases-waits = wacht op u
cases-no-advice = Dit is rekenen met data volgens de regels van de wet, en geen juridisch advies.
cases-right = Wat vraagt u?
cases-whom = Aan wie vraagt u het?
cases-all = { $n ->
    [one] De enige organisatie in uw lijst
   *[other] Alle { $n } organisaties in uw lijst
  }
cases-nobody = Er staat nog geen organisatie in uw lijst.
cases-choose = Kies ten minste één organisatie.
cases-preview = Laat zien wie het krijgt
cases-preview-hint = Er wordt nog niets verstuurd. Wie een eigen lijn met u heeft, krijgt de vraag via die lijn; voor de anderen wordt een brief geschreven, die u zelf verstuurt.
cases-would-begin = { $n ->
    [one] één zaak
   *[other] { $n } zaken
  }
cases-no-address = { $n ->
    [one] Van één is geen adres bekend: vul het e-mail- of postadres aan voordat u schrijft.
   *[other] Van { $n } is geen adres bekend: vul het e-mail- of postadres aan voordat u schrijft.
  }
cases-reach = Langs welke weg
cases-runs = Hiervoor loopt al een zaak
cases-begin = { $n ->
    [one] Begin de zaak
   *[other] Begin { $n } zaken
  }
cases-begun = { $n ->
    [0] Er is geen zaak begonnen.
    [one] De zaak is begonnen. Er is nog niets verstuurd.
   *[other] { $n } zaken zijn begonnen. Er is nog niets verstuurd.
  }
cases-past = Wat er gebeurd is
cases-undo = Neem de laatste stap terug
cases-undone = De laatste stap is teruggenomen.
cases-mark = Noteer wat er gebeurd is
cases-happened = Wat er gebeurd is
cases-on = Op welke dag
cases-way = Langs welke weg, als u iets verstuurd hebt
cases-received = Sinds wanneer zij het hebben, als zij dat zeggen
cases-note = Noteer het
cases-noted = Genoteerd.
cases-authority = Bij welke toezichthouder, als u een klacht hebt ingediend
cases-authorities = Waar u een klacht kunt indienen
cases-authorities-about = U kunt altijd klagen in het land waar u woont; die toezichthouder stuurt de klacht door als een andere moet beslissen. Zijn er meer, dan staat op hun pagina welke over uw zaak gaat.
cases-own-country = uw land
cases-authority-form = De pagina voor klachten
cases-no-authority = Er staat geen toezichthouder van uw land of van het hunne in de lijst. Voeg een lijst van toezichthouders toe met `regie directory add`, of vul de naam zelf in.
cases-files = Bestanden bij deze zaak
cases-no-files = Er is nog niets opgeborgen.
cases-files-hint = Wat anderen u stuurden kan schade doen als u het opent. Het wordt bewaard zoals het kwam, en alleen opgeslagen, niet getoond.
cases-file-choose = Antwoorden om op te bergen, samen hoogstens 16 MB
cases-file = Berg ze op
cases-filed = { $n ->
    [one] Eén bestand is opgeborgen.
   *[other] { $n } bestanden zijn opgeborgen.
  }
cases-file-part = niet alles is gekomen
cases-file-remove = Verwijder
cases-file-removed = Het bestand is voorgoed verwijderd.
cases-remove = Verwijder deze zaak
cases-remove-means = De zaak verdwijnt hier voorgoed, met haar bestanden. Bij de organisatie verandert er niets.
cases-remove-yes = Ja, verwijder haar
cases-removed = De zaak is verwijderd.
cases-objection = Bij reclame wordt niets afgewogen: zij moeten stoppen. De maand is om u te zeggen dat zij dat gedaan hebben.
right-access = Inzage in wat zij hebben (artikel 15)
right-rectification = Verbeteren (artikel 16)
right-erasure = Wissen (artikel 17)
right-restriction = Niet verder gebruiken (artikel 18)
right-portability = Meekrijgen voor andere programma's (artikel 20)
right-objection = Geen reclame meer (artikel 21)
right-about-access = Welke gegevens zij van u hebben, waar die vandaan komen, waarvoor, en wie ze kreeg; met een kopie.
right-about-rectification = Wat fout is wordt verbeterd, en wat ontbreekt aangevuld.
right-about-erasure = Zij wissen wat zij niet meer nodig hebben of niet mogen hebben.
right-about-restriction = Zij bewaren het en doen er verder niets mee, zolang er iets in geschil is.
right-about-portability = Wat u hun gaf, in een vorm die andere programma's lezen.
right-about-objection = Zij gebruiken uw gegevens niet meer voor reclame. Daar mag niets tegenover gesteld worden.
case-state-drafted = Begonnen
case-state-sent = Verstuurd
case-state-acknowledged = Zij hebben het
case-state-identity-asked = Zij vragen wie u bent
case-state-late = Te laat
case-state-answered = Beantwoord
case-state-refused = Geweigerd
case-state-complained = Bij de toezichthouder
case-state-closed = Afgesloten
case-next-send = Verstuur het verzoek, en noteer de dag.
case-next-answer = Zij moeten uiterlijk { $what } antwoorden.
case-next-identity = Laat zien wie u bent, zover zij dat nodig hebben; of schrijf dat zij genoeg weten. Noteer dan de dag.
case-next-remind = De laatste dag is voorbij. Stuur een ingebrekestelling, of dien een klacht in.
case-next-reminder = Uw ingebrekestelling geeft hun tot { $what }.
case-next-complain = U kunt een klacht indienen bij de toezichthouder.
case-next-read = Lees het antwoord. Is het genoeg, sluit de zaak dan af; zo niet, dan kunt u een klacht indienen.
case-next-authority = De toezichthouder moet u uiterlijk { $what } zeggen hoe het ervoor staat.
case-next-ask-authority = Er zijn drie maanden voorbij. Vraag de toezichthouder hoe het ervoor staat; u kunt ook naar de rechter.
case-next-nothing = Niets meer.
case-due = Uiterlijk { $what } moet er antwoord zijn
case-due-presumed = Geteld vanaf { $what }, toen zij het vermoedelijk kregen: per e-mail of formulier op de dag van versturen, per post twee werkdagen later.
case-due-received = Geteld vanaf { $what }, toen zij het kregen.
case-due-one = Eén maand (AVG, artikel 12 lid 3). De dag van ontvangst telt niet mee.
case-due-three = Drie maanden, omdat zij op tijd zeiden dat zij er twee meer nodig hebben (AVG, artikel 12 lid 3).
case-due-extended-late = Zij zeiden dat zij meer tijd nodig hebben toen de eerste maand voorbij was; het blijft dus één maand.
case-due-still = Zij wachten op bewijs van wie u bent. Tot zij dat hebben kan de tijd stilstaan; dit is de dag als u het vandaag gaf.
case-due-paused = { $n ->
    [one] Eén dag waarop zij wachtten op bewijs van wie u bent telt niet mee. Dat kan zo zijn als zij met reden twijfelden.
   *[other] { $n } dagen waarop zij wachtten op bewijs van wie u bent tellen niet mee. Dat kan zo zijn als zij met reden twijfelden.
  }
case-due-moved = Geteld eindigt de termijn op { $what }: geen werkdag daar, dus geldt de eerstvolgende (Verordening 1182/71).
case-due-without = Hadden zij geen reden om te twijfelen wie u bent, dan is het { $what }.
case-due-no-holidays = De feestdagen van hun land zijn hier niet bekend; door een feestdag kan het later zijn.
case-default-days = { $n ->
    [one] Een ingebrekestelling geeft hun hier nog één dag. Geen wet zegt hoeveel.
   *[other] Een ingebrekestelling geeft hun hier nog { $n } dagen. Geen wet zegt hoeveel.
  }
case-step-drafted = U begon de zaak.
case-step-sent = U verstuurde het verzoek ({ $what }).
case-step-received = Zij schreven dat zij het hebben sinds { $what }.
case-step-acknowledged = Zij schreven dat zij het hebben.
case-step-identity-asked = Zij vroegen om bewijs van wie u bent.
case-step-identity-given = U gaf daarop antwoord.
case-step-extended = Zij zeiden dat zij twee maanden meer nodig hebben.
case-step-answered = Zij antwoordden.
case-step-refused = Zij weigerden.
case-step-reminded = U stuurde een ingebrekestelling ({ $what }).
case-step-complained = U diende een klacht in bij { $what }.
case-step-closed = De zaak is gesloten.
case-mark-sent = Ik verstuurde het verzoek
case-mark-acknowledged = Zij zeggen dat zij het hebben
case-mark-identity-asked = Zij vragen om bewijs van wie ik ben
case-mark-identity-given = Dat heb ik gegeven, of geschreven dat zij genoeg weten
case-mark-extended = Zij zeggen dat zij twee maanden meer nodig hebben
case-mark-answered = Zij hebben geantwoord
case-mark-refused = Zij weigeren
case-mark-reminded = Ik heb een ingebrekestelling gestuurd
case-mark-complained = Ik heb een klacht ingediend
case-mark-closed = Sluit de zaak af
way-email = per e-mail
way-post = per post
way-webform = op hun pagina
way-companion = via regie
reach-companion = Via regie, ondertekend; een brief kan ook
reach-email = E-mail: { $what }
reach-post = Post: { $what }
reach-webform = Hun pagina: { $what }
reach-unknown = Er is geen adres bekend
feed-title = Contracten en verzoeken
feed-case-answer-soon = Binnenkort moet er antwoord zijn: { $what }
feed-case-answer = Laatste dag voor antwoord: { $what }
feed-case-reminder = Vandaag eindigt uw ingebrekestelling: { $what }
feed-case-authority = De toezichthouder moet u iets laten weten: { $what }
feed-case-until = Uiterlijk { $what }.
failure-case-not-sent = Het verzoek is nog niet verstuurd. Noteer eerst wanneer en hoe u het verstuurde.
failure-case-sent = Het verzoek is al verstuurd. Klopt de dag niet, neem die stap dan eerst terug.
failure-case-acknowledged = Zij zeiden al dat zij het hebben. Klopt de dag niet, neem die stap dan eerst terug.
failure-case-decided = Zij antwoordden of weigerden, of de zaak is bij de toezichthouder. Noteer een ander antwoord, dien een klacht in of sluit de zaak af.
failure-case-refused = Zij weigerden al. Dien een klacht in, of sluit de zaak af.
failure-case-question-open = Zij wachten op bewijs van wie u bent. Geef daar eerst antwoord op, en noteer de dag.
failure-case-no-question = Zij vroegen niet om bewijs van wie u bent. Noteer dat eerst.
failure-case-extended = Zij namen al twee maanden meer, en dat kan maar één keer. Klopt het niet, neem die stap dan terug.
failure-case-reminded = Er is al een ingebrekestelling gestuurd. Wacht de dagen af die zij geeft, of dien een klacht in.
failure-case-complained = De klacht is al ingediend. Noteer wat ervan komt, of sluit de zaak af.
failure-case-too-early = Zij hebben nog tijd. Wacht tot die dag voorbij is.
failure-case-closed = De zaak is afgesloten. Neem de laatste stap terug om haar te heropenen, of begin een nieuwe.
failure-case-future = Die dag is nog niet gekomen. Geef de dag waarop het gebeurde.
failure-case-order = Dat ligt vóór de vorige stap. Neem die eerst terug, of geef een latere dag.
failure-case-receipt = Zij kunnen het niet ontvangen hebben voordat het verstuurd was, of nadat zij het zeiden. Geef een andere dag.
failure-case-nothing = Er is nog niets gebeurd om terug te nemen. Verwijder de zaak als u haar niet wilt.
failure-case-steps = De zaak heeft zoveel stappen als kan. Sluit haar af en begin een nieuwe.
waits-cases = { $n ->
    [one] Eén verzoek aan een organisatie wacht op u
   *[other] { $n } verzoeken aan organisaties wachten op u
  }

# Brieven aan organisaties zonder companion.

mail-unresolved = Er is geen mailserver met die naam. Kijk de naam van de server na.
mail-unreachable = De mailserver is niet te bereiken. Kijk naam en poort na, en uw verbinding.
mail-proxied = Uw proxy leidt niet naar de mailserver. Veel proxy's laten geen mail door; gebruik de brieven dan als bestand, of een proxy die het wel doet.
mail-certificate = De mailserver kan geen certificaat voor zijn naam laten zien, dus er is niets tegen gezegd. Kijk de naam van de server na.
mail-not-encrypted = De mailserver biedt daar geen versleuteling. Kies TLS vanaf de eerste byte, meestal op poort 465.
mail-login = De mailserver neemt deze gebruiker met dit wachtwoord niet aan. Veel aanbieders willen een wachtwoord voor één programma (een app-wachtwoord). Voer het opnieuw in.
mail-sender = De mailserver neemt van uw adres geen mail aan. Kijk het adres van het account na.
mail-recipient = Het adres neemt deze brief niet aan. Kijk het e-mailadres van de organisatie na, of stuur de brief per post.
mail-message = De mailserver neemt deze brief niet aan. Verstuur hem vanuit uw eigen mailprogramma.
mail-later = De mailserver kan het nu niet. Het wordt vanzelf opnieuw geprobeerd.
mail-slow = De mailserver antwoordde niet op tijd. Het wordt vanzelf opnieuw geprobeerd.
mail-broken = De verbinding met de mailserver brak af. Het wordt vanzelf opnieuw geprobeerd.
mail-address = Een adres van de brief is er geen waar mail heen kan. Kijk het uwe na, en dat van de organisatie.
event-letter-sent = Een brief ging naar een organisatie.
event-letter-told = Een brief ging naar een organisatie, met: { $what }.
menu-letters = Brieven
letters-lead = Aan organisaties die nog geen regie spreken. U schrijft ze hier; ze vertrekken door uw eigen hand of vanuit uw eigen mailaccount, nooit vanzelf.
letters-write = Een brief schrijven
letters-write-do = Schrijven
letters-write-hint = Er wordt daarmee niets verstuurd. U ziet de brief eerst.
letters-none = Nog geen brieven.
letters-no-account = Zonder mailaccount opent u een brief in uw mailprogramma, of drukt u hem af.
letters-need-account = Voer een mailaccount in om van hieruit te versturen
letters-send-all = Alles versturen wat voor e-mail geschreven is
letters-send = Versturen vanuit uw mailaccount
letters-to = Aan
letters-what = Over
letters-state = Hoe ver
letters-more = { $n ->
    [one] Eén oudere brief staat hier niet; de opdrachtregel laat hem zien.
   *[other] { $n } oudere brieven staan hier niet; de opdrachtregel laat ze zien.
 }
letters-written = Geschreven { $what }, niet verstuurd.
letters-queued = Wacht op verzending, sinds { $what }.
letters-leaving = Wordt verstuurd, sinds { $what }.
letters-unsure = Is misschien verstuurd, { $what }.
letters-unsure-means = De verbinding met de mailserver brak af, of regie stopte, juist toen deze brief werd overgegeven. Kijk in de verzonden mail van uw account, of vraag het de organisatie. Zeg daarna dat hij weg is, of verstuur hem opnieuw: wie hem twee keer krijgt, kan dat aan zijn nummer zien.
letters-sent-post = Verstuurd per post, { $what }.
letters-sent-email = Verstuurd vanuit uw mailprogramma, { $what }.
letters-sent-form = Verstuurd via een formulier van hen, { $what }.
letters-sent-account = Verstuurd vanuit uw mailaccount, { $what }.
letters-answer = De server zei: { $what }
letters-queued-count = { $n ->
    [one] Eén brief wordt nu verstuurd.
   *[other] { $n } brieven worden nu verstuurd, de een na de ander.
 }
letters-written-count = { $n ->
    [one] Eén brief is geschreven.
   *[other] { $n } brieven zijn geschreven.
 }
letters-is-queued = Hij wordt nu verstuurd.
letters-is-held = Hij wordt niet verstuurd.
letters-is-sent = Genoteerd. Het staat in uw logboek.
letters-removed = Hij is hier weg.
letters-remove = Deze brief hier verwijderen
letters-ways = Hoe hij weg kan
letters-open = Openen in uw mailprogramma
letters-draft = Downloaden als concept (.eml)
letters-pdf = Downloaden voor de post (PDF)
letters-hold = Niet versturen
letters-by-hand = Hebt u hem zelf verstuurd?
letters-by-post = per post
letters-by-email = per e-mail
letters-by-form = via een formulier van hen
letters-mark = Hij is weg
letters-tells = Wat hij over u vertelt
letters-no-advice = Deze brieven zijn geen juridisch advies.
letters-nobody = Er is nog geen organisatie ingevoerd.
letters-no-way = (geen adres bekend)
letters-fields = Voor onjuiste of gewijzigde gegevens: welke
letters-fields-legend = Gegevens van u
letters-ground = Voor een beperking: waarom
letters-ground-label = Uw reden
letters-ground-contested = Wat zij hebben, klopt niet
letters-ground-unlawful = Zij gebruiken het tegen de wet
letters-ground-claims = U hebt het nodig voor een vordering
letters-ground-objected = U hebt bezwaar gemaakt, en dat wordt afgewogen
letters-documentation = Voor een uitnodiging: waar staat hoe een bedrijf op regie komt
letters-documentation-label = Adres van de pagina
letters-way = Hoe hij weg moet
letters-way-any = per e-mail, als dat kan
letters-language = Taal
letters-language-any = die van de organisatie
letters-about-access = Wat hebt u van mij? (AVG, artikel 15)
letters-about-rectification = Wat u van mij hebt, klopt niet (artikel 16)
letters-about-erasure = Wis wat u van mij hebt (artikel 17)
letters-about-restriction = Bewaar het, en doe er verder niets mee (artikel 18)
letters-about-portability = Geef het mij zo dat een machine het leest (artikel 20)
letters-about-objection = Geen reclame meer (artikel 21)
letters-about-reminder = Uw antwoord is te laat
letters-about-complaint = Klacht bij een toezichthouder
letters-about-changed = Mijn gegevens zijn veranderd
letters-about-notice = Einde van een contract
letters-about-withdrawal = Ontbinding van een contract
letters-about-invitation = Wilt u regie spreken?
mail-title = Uw mailaccount
mail-about = Brieven die u van hieruit verstuurt, vertrekken via dit account. Het wachtwoord wordt versleuteld door regie bewaard en nooit getoond.
mail-through-proxy = Regie gaat door een proxy, dus mail ook. Laat die er geen door, dan wordt er niets omheen gestuurd.
mail-own-address = Uw e-mailadres
mail-server = Server voor uitgaande mail (SMTP)
mail-server-hint = De hulp van uw aanbieder noemt hem, bijvoorbeeld smtp.example.org.
mail-security = Versleuteling
mail-security-tls = Vanaf het begin (poort 465)
mail-security-start-tls = STARTTLS (meestal poort 587)
mail-security-none = Geen, voor een server op deze computer
mail-port = Poort
mail-user = Inlognaam
mail-password = Wachtwoord
mail-password-hint = Veel aanbieders willen een wachtwoord dat voor één programma gemaakt is (een app-wachtwoord).
mail-keep = Dit account bewaren
mail-try = Proberen
mail-remove = Verwijderen
mail-kept = Uw mailaccount is bewaard.
mail-works = Het werkt: de server kent u.
mail-removed = Het account is verwijderd. Brieven die erop wachten, blijven.
tell-count = { $n ->
    [one] Eén organisatie die niet op regie zit, zou het per brief horen
   *[other] { $n } organisaties die niet op regie zitten, zouden het per brief horen
 }
tell-about = Met één druk op de knop worden alle brieven geschreven. U leest ze, en verstuurt ze zelf.
tell-write = De brieven schrijven
tell-send = Schrijven, en die per e-mail versturen
tell-open = { $n ->
    [one] Eén brief over wijzigingen is nog niet weg
   *[other] { $n } brieven over wijzigingen zijn nog niet weg
 }
tell-because-told-before = had het per brief
tell-because-marked = u wilt het laten weten
tell-because-reachable = kan worden aangeschreven
not-told = { $n ->
    [one] Eén krijgt geen bericht
   *[other] { $n } krijgen geen bericht
 }
not-told-ended = had dit, en uw toestemming is geëindigd
not-told-asks-itself = mag dit zelf opvragen, en volgt geen wijzigingen
not-told-said-so = u zei dat er geen brief naartoe gaat
not-told-no-address = er is geen adres van bekend; vul er een in en het kan een brief krijgen
field-by-letter = Per brief verteld
letters-invite = Uitnodigen voor regie

# Een zaak gaat verder: via de lijn, of met een brief
cases-begin-pursue = { $n ->
    [one] Vraag het nu, of schrijf de brief
   *[other] Vraag het deze { $n } nu, en schrijf de brieven
}
cases-said = { $n ->
    [one] 1 verzoek is onderweg via de lijn.
   *[other] { $n } verzoeken zijn onderweg via de lijn.
}
cases-left-out = { $n ->
    [one] Bij 1 organisatie kon niets gebeuren; het verzoek zegt wat er ontbreekt.
   *[other] Bij { $n } organisaties kon niets gebeuren; elk verzoek zegt wat er ontbreekt.
}
cases-line-means = { $what } heeft een lijn met uw computer. Zij krijgen de vraag meteen, en tekenen dat die is aangekomen. Hun antwoord komt hier vanzelf bij te staan.
cases-erasure-line = Wie via een lijn de vraag krijgt om uw gegevens te wissen, verliest ook elke toestemming die u gaf.
cases-ask-line = Vraag het nu
cases-by-letter = Liever een brief
cases-write = Schrijf de brief
cases-write-reminder = Schrijf de ingebrekestelling
cases-write-complaint = Schrijf de klacht
cases-complain-to = Of klaag: bij welke toezichthouder?
cases-papers = Brieven en berichten bij dit verzoek
cases-no-fields = U hebt hier geen gegevens die u kunt doorgeven.
letters-of-case = Het verzoek waar deze brief bij hoort
letters-of-contract = Het contract dat met deze brief eindigt
contracts-letter-write = Bewaar deze brief bij mijn brieven, om te versturen
contracts-noticed = U verstuurde de opzegbrief op { $what }.
contracts-noticed-last = Daarin staat { $what } als laatste dag. Noteer hieronder de laatste dag zodra zij die bevestigen.
supplier-rights = Wat u hun op grond van de wet kunt vragen
supplier-right-asked = Het is onderweg. Op de pagina met verzoeken ziet u wat ervan komt.
supplier-rights-more = Iets laten verbeteren of met rust laten? Begin een verzoek.

# Kan iemand dit ooit krijgen?
proof-title = Kan iemand dit ooit krijgen?
proof-about = Kies een van uw gegevens. Elke soort vraag die uw regels kunnen onderscheiden wordt geprobeerd, en u ziet wie het kan krijgen, en waardoor.
proof-what = Wat
proof-by = Wie
proof-everybody = Wie dan ook
proof-look = Kijk
proof-nobody = Niemand kan dit krijgen, wat zij ook vragen: elke vraag wordt geweigerd.
proof-not-by-itself = Niemand krijgt dit door uw regels zonder dat het u eerst wordt gevraagd.
proof-allowed = Gaat vanzelf, door deze regels
proof-granted = Heeft nu uw toestemming
proof-asked = Het wordt u eerst gevraagd
proof-example = Bijvoorbeeld: { $what }
proof-anybody = elke leverancier
proof-sector = een leverancier die zegt tot { $what } te horen
proof-known = het is bekend wie dat is
proof-unknown = niemand weet wie dat is
proof-kept = { $n ->
    [one] 1 dag bewaard
   *[other] { $n } dagen bewaard
}
proof-hands-on = en mag het doorgeven aan wie voor hen werkt
proof-not-held = U hebt hier nu geen waarde voor; er kan dus niets gaan.
proof-tried = { $n ->
    [one] 1 soort vraag is geprobeerd.
   *[other] { $n } soorten vragen zijn geprobeerd.
}
requests-would-go = Wat er dan gaat
requests-missing = Hier hebt u nog geen waarde voor. Vul het in, of laat het leeg; dan wordt het niet gegeven.
requests-allowed-some =
    Deels toegestaan, { $n ->
         [one] één verzoek
        *[other] { $n } verzoeken
    }. Wat u uitvinkte is geweigerd.
requests-already = Al beantwoord in hetzelfde verzoek
requests-given = Meteen gegeven, zoals uw standaardkeuzes of een eerdere toestemming zeggen.
requests-not-given = Niet gegeven:
requests-untick = Haal het vinkje weg bij wat u niet wilt geven. De leverancier hoort dat u dat weigerde.
requests-several = Hier wordt naar meer dan één van een soort gevraagd. Laat het vinkje staan bij wie of wat het betreft.
requests-none-ticked = Er is niets aangevinkt. Vink aan wat u wilt geven, of weiger.
answer-more = Meer
passphrase-title = De wachtzin wijzigen
passphrase-about = Uw gegevens blijven zoals ze zijn. Wie elders binnen is moet de nieuwe wachtzin invullen, en apparaten en passkeys voegt u opnieuw toe. Een reservekopie van eerder gaat open met de wachtzin die u toen gaf: maak een nieuwe, en gooi de oude weg.
passphrase-old = De wachtzin van nu
passphrase-new = De nieuwe wachtzin
passphrase-change = Wijzigen
passphrase-changed = Uw wachtzin is nu anders. Start regie vanzelf met een bewaarde wachtzin, wijzig die daar dan ook.
lost-title = Ik ben mijn wachtzin kwijt
lost-about = Zonder wachtzin kan niemand uw gegevens openen, en niemand kan een andere voor u maken. Dit is wat nog kan.
lost-look = Zoek hem
lost-look-about = Heeft regie hem voor u gemaakt, dan zijn het zes Engelse woorden, die u bij het begin hebt opgeschreven. Kijk ook in uw wachtwoordmanager. Hoofdletters en spaties tellen mee.
lost-backup = U hebt een reservekopie en kent de wachtzin daarvan
lost-backup-about = Een reservekopie heeft een eigen wachtzin: die getypt werd toen zij gemaakt werd. Daarmee komt alles terug zoals het op die dag was.
lost-words = U hebt de 24 woorden
lost-words-about = Daarmee kennen uw leveranciers u weer, zodra u een nieuwe link van elk van hen volgt. Uw gegevens, uw lijst van leveranciers en uw logboek komen niet terug: die typt of importeert u opnieuw.
lost-anew = U hebt niets daarvan
lost-anew-about = Begin opnieuw. Vraag elke leverancier om een nieuwe link, en zeg erbij dat u eerder een andere verbinding had, die zij kunnen beëindigen. Wat leveranciers van u hebben blijft bij hen.
lost-how = Hoe
lost-stop = Stop regie, in een terminal:
lost-start = Start een andere in een nieuwe map, naast de oude. De eerste pagina daarvan biedt elk van deze wegen aan:
lost-keep = De map van eerder blijft zoals hij is. Vindt u de wachtzin ooit terug, dan gaat hij weer open.
lost-back = Vul de wachtzin in
enter-title = Vul uw wachtzin in
enter-do = Naar binnen
enter-kept = Wat u verstuurde kwam toen de pagina al vergrendeld was. Het is niet uitgevoerd, en het blijft een half uur bewaard. Ga naar binnen, bekijk het, en verstuur het met één druk op de knop.
enter-not-kept = Wat u verstuurde kwam toen de pagina al vergrendeld was. Het is niet uitgevoerd, en het kon niet bewaard worden. Ga naar binnen en doe het opnieuw.
enter-failed = Uw wachtzin kon nu niet nagekeken worden. Probeer het zo nog eens.
enter-wait-seconds = { $n ->
    [one] Dat was te vaak fout. Wacht één seconde en probeer het dan opnieuw.
   *[other] Dat was te vaak fout. Wacht { $n } seconden en probeer het dan opnieuw.
  }
enter-wait-minutes = { $n ->
    [one] Dat was te vaak fout. Wacht één minuut en probeer het dan opnieuw.
   *[other] Dat was te vaak fout. Wacht { $n } minuten en probeer het dan opnieuw.
  }
enter-stay-about = Vindt uw browser de volgende pagina niet?
enter-stay = Naar binnen en op dit adres blijven
arrive-title = U bent binnen
arrive-on = Ga verder
before-title = Dat kwam niet aan
before-about = Regie is opnieuw gestart nadat u die pagina opende. Wat u verstuurde is daarom niet uitgevoerd, en kon niet bewaard worden. Ga naar de eerste pagina, vul uw wachtzin in, en doe het opnieuw.
kept-title = U wilde dit versturen
kept-about = Dit hebt u getypt. Het is nog niet uitgevoerd, want de pagina was al vergrendeld.
kept-secret = Dit hebt u getypt. Er stond een geheim in, en geheimen worden niet bewaard. Ga naar de pagina en typ het opnieuw.
kept-send = Nu versturen
kept-drop = Niet versturen, naar de pagina
again-title = Gebruikte u al eerder regie?
again-backup = Ik heb een reservekopie
again-words = Ik gebruikte regie al eerder
again-back = Terug
again-backup-about = Een reservekopie brengt alles terug: uw gegevens, uw leveranciers, uw contracten en uw logboek. Wat leveranciers mochten eindigt, en zij vragen het opnieuw, want misschien hebt u na de reservekopie iets ingetrokken. Draait regie nog ergens anders voor u, stop het daar dan eerst.
again-move-about = Hebt u het bestand van ‘Naar een ander apparaat’ op het andere apparaat? Dan blijven de toestemmingen van leveranciers bestaan.
again-file = De reservekopie
again-file-hint = Een bestand dat eindigt op .age, van hoogstens { $n } MB. Gebruik voor een groter bestand `regie restore` in een terminal.
again-passphrase = De wachtzin van de reservekopie
again-restore = Terugzetten
again-large = Dat bestand kon niet helemaal gelezen worden. Misschien is het te groot voor deze pagina: gebruik `regie restore` in een terminal.
again-locked = Dat is niet de wachtzin van deze reservekopie. Het is de wachtzin die gegeven werd toen de reservekopie gemaakt werd. Probeer het opnieuw.
again-not-backup = Dit is geen reservekopie die hier teruggezet kan worden: het is een ander bestand, beschadigd, gemaakt met een nieuwere regie, of van een bedrijf. Kies een ander.
again-restored = { $n ->
    [0] Regie is terug. Uw wachtzin is die van de reservekopie.
    [one] Regie is terug. Eén toestemming van voor de reservekopie is geëindigd; die leverancier vraagt het opnieuw. Uw wachtzin is die van de reservekopie.
   *[other] Regie is terug. { $n } toestemmingen van voor de reservekopie zijn geëindigd; die leveranciers vragen het opnieuw. Uw wachtzin is die van de reservekopie.
  }
again-words-back = Wat uw 24 woorden terugbrengen
again-words-back-about = Wie u bent voor uw leveranciers. Elk van hen kent u weer zodra u een nieuwe link van die leverancier volgt.
again-words-gone = Wat ze niet terugbrengen
again-words-gone-about = Uw gegevens, uw lijst van leveranciers, uw contracten, uw brieven en uw logboek. Alleen een reservekopie heeft die. U kunt uw gegevens opnieuw typen of importeren.
again-words-label = Uw 24 woorden, in hun volgorde
again-new-passphrase = Een nieuwe wachtzin
again-begin = Met deze woorden beginnen
again-not-words = Dit zijn geen 24 woorden die regie gaf. Kijk naar de volgorde en de spelling, en probeer het opnieuw.
again-identity = Uw leveranciers kunnen u weer kennen. Vul nu uw gegevens in, en volg een nieuwe link van elke leverancier.
move-title = Naar een ander apparaat
move-open = Naar een ander apparaat…
move-short = Regie stopt hier en gaat daar verder: dezelfde leveranciers, dezelfde toestemmingen, hetzelfde logboek. Niemand hoeft u iets opnieuw te vragen.
move-first = Download hier het bestand. Vanaf dat moment zegt regie op dit apparaat niets meer.
move-second = Breng het bestand naar het andere apparaat, op een stick of via uw eigen netwerk.
move-third = Start daar regie, kies ‘Ik heb een reservekopie’ en geef dit bestand en de wachtzin ervan.
move-about = Raakt het bestand kwijt, dan is er niets verloren: u kunt het hier opnieuw downloaden, of toch hier verdergaan met regie move --undo in een terminal.
move-to = Hoe noemt u het andere apparaat?
move-to-hint = Bijvoorbeeld: mijn nieuwe laptop. Wie regie hier start, leest dat. U mag het leeg laten.
move-passphrase-hint = Met deze wachtzin gaat het bestand open, en straks ook regie op het andere apparaat.
move-do = Stop hier en download het bestand
move-again = Download het bestand opnieuw
moved-title = Regie is naar een ander apparaat gegaan
moved-to-title = Regie is gegaan naar: { $what }
moved-about = Hier zegt hij niets meer, en hier kan niets meer veranderen. Start hem op het andere apparaat met het bestand. Loopt hij daar, verwijder dan het bestand en deze map.
moved-back = Wilt u hem hier terug? Stop hem en gebruik regie move --undo in een terminal. Alle toestemmingen eindigen dan, en leveranciers vragen opnieuw.
again-moved = { $n ->
    [0] Regie is hier aangekomen. Uw wachtzin is die van het bestand. Verwijder het bestand nu.
    [one] Regie is hier aangekomen, met de ene toestemming die u gaf. Uw wachtzin is die van het bestand. Verwijder het bestand nu.
   *[other] Regie is hier aangekomen, met alle { $n } toestemmingen die u gaf. Uw wachtzin is die van het bestand. Verwijder het bestand nu.
  }
event-left = Regie ging naar een ander apparaat.
event-arrived = Regie kwam van een ander apparaat.
event-kind-left = naar een ander apparaat
event-kind-arrived = van een ander apparaat
experts = Voor deskundigen
field-category = De categorie in de Data Privacy Vocabulary van het W3C:
field-name = Hoe programma's het noemen:
agreement-experts = Hoe deze voorwaarden heten in IEEE 7012:
live-more = Er is iets binnengekomen. Laat zien.
live-fresh = Er is iets binnengekomen. Deze pagina laat het zien.
inbox-new = nieuw
home-told = Bericht krijgen als u niet op deze pagina's bent
notice-waits = { $n ->
    [one] Eén ding wacht op u
   *[other] { $n } dingen wachten op u
  }
notice-open = Open regie om het te zien.
notice-trial-title = Een proefbericht van regie
notice-trial = U vroeg om dit bericht. Er staat niets in over wat u hebt.
notice-not-built = Deze versie van regie kent deze manier niet. Kies een andere manier.
notice-no-desktop = Niets op deze computer laat zulke berichten zien. Start regie vanaf uw bureaublad, of kies een andere manier.
notice-no-account = Er is geen mailaccount om mee te versturen. Voer eerst het uwe in bij Brieven.
notice-no-address = Er is geen adres om naar te sturen. Voer er een in.
notice-no-browser = Er is geen browser die bericht krijgt. Voeg deze hieronder toe.
notice-unresolved = Er is geen server met die naam. Kijk het adres na.
notice-private = Die server staat in een eigen netwerk, en daar heeft de maker van uw browser er geen. Voeg de browser opnieuw toe.
notice-unreachable = De server is niet te bereiken. Kijk het adres na, en uw verbinding. Het wordt vanzelf opnieuw geprobeerd.
notice-proxied = Uw proxy leidt niet naar die server. Er wordt niets omheen gestuurd.
notice-certificate = De server kan geen certificaat voor zijn naam laten zien, dus er is niets tegen gezegd. Kijk het adres na.
notice-slow = Er kwam niet op tijd antwoord. Het wordt vanzelf opnieuw geprobeerd.
notice-refused = De server neemt het bericht niet aan. Kijk het adres na: misschien mist er een deel.
notice-later = De server kan het bericht nu niet aannemen. Het wordt vanzelf opnieuw geprobeerd.
notice-redirected = De server zegt dat hij verhuisd is. Regie gaat daar niet vanzelf heen: voer het nieuwe adres in.
notice-broken = Wat daar antwoordde, is geen server die berichten aanneemt. Kijk het adres na.
told-title = Bericht krijgen
told-about = Regie laat weten dat er iets op u wacht, ook als u niet op deze pagina's bent. Hoogstens één bericht per dag, en nooit een waarde uit uw gegevens.
told-set = Kies hoe u bericht krijgt
told-through-proxy = Regie gaat door een proxy, dus deze berichten ook.
told-ways = Hoe
told-desktop = Een bericht op het scherm van deze computer
told-email = Mail naar uw eigen adres, via uw mailaccount
told-email-first = Voer eerst uw mailaccount in
told-webhook = Naar een adres dat korte berichten aanneemt
told-webhook-hint = Bijvoorbeeld een onderwerp van ntfy. Wie die server beheert, ziet hoeveel er wacht, en wanneer. Laat het leeg als u dit niet wilt.
told-how-much = Wat erin staat
told-counts = Alleen hoeveel dingen er wachten
told-names = Ook de namen van leveranciers; wie het bericht bezorgt, kan die lezen
told-daily = Het bericht van de dag gaat uit om
told-quiet-from = Niets vanaf
told-quiet-to = tot
told-hours-hint = Twee gelijke tijden betekenen: geen stille uren.
told-at-once = Meteen, met een eigen bericht
told-kind-requests = Verzoeken van leveranciers
told-kind-processors = Bedrijven die voor een leverancier werken
told-kind-corrections = Correcties die leveranciers voorstellen
told-kind-documents = Nieuwe documenten
told-kind-contracts = Contracten om op te zeggen of te houden
told-kind-companions = Organisaties die leveranciers kunnen zijn
told-kind-cases = AVG-verzoeken die wachten, of waarvan de dag dichtbij komt
told-keep = Bewaren
told-goes = Hoe het gaat
told-way-desktop = Deze computer
told-way-email = Mail
told-way-webhook = Uw adres voor korte berichten
told-way-push = Browsers
told-on = aan
told-off = uit
told-again = Het wordt opnieuw geprobeerd op { $what }.
told-went = Het laatste bericht ging op { $what }.
told-try = Stuur mij een proefbericht
told-tried = Het proefbericht is weg. Kijk of het aankwam.
told-saved = Dat is bewaard.
told-unfit = Kijk de tijden en het adres na: het adres begint met https://. Een adres dat met http:// begint, moet op deze computer of in uw eigen netwerk staan.
told-browsers = { $n ->
    [0] Er is geen browser die bericht krijgt.
    [one] Eén browser krijgt bericht.
   *[other] { $n } browsers krijgen bericht.
  }
told-browser-about = Deze browser kan u laten weten dat er iets wacht, ook als deze pagina dicht is. Het bericht gaat via een dienst van de maker van de browser. Die ziet dat er een komt, maar kan het niet lezen.
told-browser-add = Laat deze browser mij bericht geven
told-browser-refused = De browser nam het niet aan. Sta in de browser berichten toe voor deze pagina, en probeer het opnieuw.
told-forget = Geen browser meer bericht geven
inbox-otherwise = niet het soort bestand dat de afzender zegt
inbox-contract = Hoort bij: { $what }
inbox-look = Bekijken

# Een bestand met contacten, voordat er iets van bewaard is
import-over = Het bestand is er niet meer. Kies het opnieuw.
import-other = Er is iets veranderd sinds u keek. Kijk nog eens, en bewaar het dan.
found-people = { $n } contacten in dit bestand. Wie bent u?
found-people-more = Het bestand heeft meer dan 10.000 contacten. De andere zijn niet gelezen.
found-people-q = Zoek op naam
found-who = Dit zegt het bestand over { $what }.
found-which = { $what }: welke telt?
found-home = thuis
found-work = op het werk
found-delivery = voor bezorging
found-billing = voor rekeningen
found-goes-to = komt bij: { $what }
found-own = Hier is geen plek voor. Ze komen bij uw eigen velden en notities:
found-choose-do = Toon met deze keuze
found-emptied = niets; dat deel staat niet in het bestand
found-left-out = { $n ->
    [one] Eén ding wordt niet overgenomen
   *[other] { $n } dingen worden niet overgenomen
 }

# Een leverancier die iemand niet meer heeft
state-removed = verwijderd
state-ended = niets van kracht
do-remove-supplier = Verwijder deze leverancier
sure-remove-supplier = Elke toestemming eindigt nu, en er wordt niets meer van hem aangenomen. Hij moet wissen wat hij heeft en daarvoor tekenen. Wat hij vroeg wordt geweigerd. Regie bezoekt hem tot hij dit gehoord en getekend heeft, en daarna niet meer. U kunt hem later terugnemen; wat beëindigd is blijft beëindigd.
yes-remove-supplier = Ja, verwijder hem
supplier-removed = Hij is verwijderd. Hieronder staat wat blijft, en waarom.
supplier-back = Hij is terug. Wat beëindigd was blijft dat; hij moet opnieuw vragen.
removed-title = U hebt deze leverancier verwijderd
removed-what = Er wordt niets meer van hem aangenomen.
removed-undo = Neem hem terug
removed-undo-hint = Wat beëindigd was blijft dat. Hij kan opnieuw vragen.
removed-about = Deze leveranciers hebt u verwijderd. Hun logboeken blijven: die bewijzen wat elk had.
removed-back = De leveranciers die u hebt
removed-count = { $n ->
    [one] Eén is verwijderd
   *[other] { $n } zijn verwijderd
 }
stays-title = Dit blijft:
stays-log = { $n ->
    [one] Eén regel van het logboek met hem, die bewijst wat hij had
   *[other] { $n } regels van het logboek met hem, die bewijzen wat hij had
 }
stays-receipts = { $n ->
    [one] Eén bewijs van wat hij gewist heeft
   *[other] { $n } bewijzen van wat hij gewist heeft
 }
stays-contracts = { $n ->
    [one] Eén contract dat loopt; beëindig het op zijn eigen pagina
   *[other] { $n } contracten die lopen; beëindig ze op hun eigen pagina
 }
stays-cases = { $n ->
    [one] Eén verzoek volgens de wet dat loopt; het gaat door, zo nodig per brief
   *[other] { $n } verzoeken volgens de wet die lopen; ze gaan door, zo nodig per brief
 }
stays-items = { $n ->
    [one] Eén document dat hij stuurde; verwijder het in het postvak
   *[other] { $n } documenten die hij stuurde; verwijder ze in het postvak
 }
stays-organisations = { $n ->
    [one] Zijn regel op uw lijst van organisaties
   *[other] Zijn { $n } regels op uw lijst van organisaties
 }
stays-messages = { $n ->
    [one] Eén bericht dat hij nog moet krijgen
   *[other] { $n } berichten die hij nog moet krijgen
 }
removal-has = Hij heeft, voor zover u weet: { $what }.
home-processors = { $n ->
    [one] Eén werkt voor hen.
   *[other] { $n } werken voor hen.
 }

# Veel leveranciers met één pagina links
many-title = Voeg veel leveranciers toe
many-links = Hun links, één per regel
many-hint = Hoogstens { $n }. Elke link begint met regie:pair. Eerst ziet u wie het zijn; er wordt niets afgesproken voordat u ja zegt.
many-look = Kijk wie het zijn
many-runs = { $n ->
    [one] Eén link is aan de beurt
   *[other] { $n } links zijn aan de beurt
 }
many-choose = Kies met wie u koppelt
many-vouch = Ik heb deze links zelf van hen gekregen
many-pair = Koppel met de gekozen leveranciers
many-again = Andere links
many-paired = { $n ->
    [one] Eén is nu gekoppeld.
   *[other] { $n } zijn nu gekoppeld.
 }
many-new = { $n ->
    [one] Met één kunt u koppelen.
   *[other] Met { $n } kunt u koppelen.
 }
many-failed = { $n ->
    [one] Eén is mislukt; in de regel staat waarom.
   *[other] { $n } zijn mislukt; in hun regels staat waarom.
 }
many-doubt = kijk eerst
many-other-terms = De leverancier wil alleen voorwaarden die meer toestaan. Gebruik zijn link apart om ze te zien.
many-stopped = Het is halverwege gestopt. Begin opnieuw; wat gekoppeld is blijft dat.
link-new = nieuw
link-paired = gekoppeld
link-known = u hebt hem al
link-removed = u hebt hem verwijderd
link-other-terms = andere voorwaarden
link-failed = mislukt

style-title = Hoe deze pagina's eruitzien
style-about = Elke maat van tekst en ruimte, elke kleur en elk onderdeel waaruit deze pagina's bestaan, zoals ze nu zijn.
style-colours = Kleuren
style-sizes = Maten van tekst
style-spaces = Ruimte
style-parts = Onderdelen
style-form = Een formulier
style-part = Hoe ver het is
style-pictures = Plaatjes
devices-title = Apparaten en passkeys
devices-about = Ook uw telefoon en andere computers van u kunnen deze pagina’s openen. U voegt ze hier toe, en haalt ze hier weg.
devices-see = Bekijk uw apparaten
devices-scan = Scan dit met de camera van het nieuwe apparaat
devices-scan-about = { $n ->
    [one] Hiermee voegt u één apparaat toe, één keer, binnen één minuut. Laat het aan niemand anders zien.
   *[other] Hiermee voegt u één apparaat toe, één keer, binnen { $n } minuten. Laat het aan niemand anders zien.
  }
devices-link = Geen camera? Open dit adres op het nieuwe apparaat:
devices-warns = De browser daar waarschuwt één keer, omdat u het certificaat zelf hebt gemaakt. Vraag hem om de details van het certificaat. Is de SHA-256-vingerafdruk deze, ga dan verder. Is het een andere, stop dan: er zit iemand tussen.
devices-add = Een apparaat toevoegen
devices-add-about = Wie nog een weg naar uw gegevens maakt, heeft uw wachtzin nodig.
devices-invite = Maak een code voor een nieuw apparaat
devices-nowhere = Deze pagina’s openen alleen op deze computer
devices-nowhere-about = Wilt u ze ook op uw telefoon openen? Zeg dan in een terminal onder welk adres uw telefoon deze computer vindt:
devices-nowhere-then = Stop regie daarna en start het opnieuw. In de handleiding staat hoe u dat adres vindt, en hoe het met een eigen naam gaat.
devices-place = Waar andere apparaten deze pagina’s vinden
devices-fingerprint = De SHA-256-vingerafdruk van het certificaat, waaraan een apparaat ziet dat het op de juiste plek is:
devices-until = Het geldt tot { $what } en wordt voor die tijd opnieuw gemaakt.
devices-count = { $n ->
    [0] Nog geen apparaat
    [one] Eén apparaat
   *[other] { $n } apparaten
  }
devices-this = dit apparaat
devices-added = Toegevoegd op { $what }.
devices-seen = Laatst gezien op { $what }.
devices-used = Laatst gebruikt op { $what }.
devices-passkeys = { $n ->
    [one] Het vraagt om zijn passkey.
   *[other] Het vraagt om een van zijn { $n } passkeys.
  }
devices-no-passkey = Het heeft geen passkey: wie het apparaat zelf ontgrendelt, is binnen.
devices-forget = Weghalen
devices-forget-all = Alle apparaten weghalen
devices-gone = Het apparaat is weggehaald. Het komt er niet meer in.
devices-all-gone = Alle apparaten zijn weggehaald. Geen ervan komt er nog in.
devices-passkey-gone = De passkey is weggehaald. Er komt niemand meer mee binnen.
passkeys-home = Passkeys van deze computer
passkeys-device = Passkeys van dit apparaat
passkey-title = Een passkey
passkey-about = Een passkey zit in dit apparaat en gaat open met uw vinger, uw gezicht of de code van het apparaat. U komt ermee binnen zonder uw wachtzin.
passkey-about-home = Met een passkey komt u op deze computer binnen met uw vinger, uw gezicht of de code ervan, zolang regie draait. Na een start van regie hebt u één keer uw wachtzin nodig. Om er een toe te voegen vult u uw wachtzin in.
passkey-about-device = Met een passkey vraagt dit apparaat na 15 minuten zonder gebruik om uw vinger, uw gezicht of zijn code. Wie het apparaat vindt, komt er dan niet in.
passkey-name = Hoe noemt u hem?
passkey-this-computer = Deze computer
passkey-add = Een passkey toevoegen
passkey-make = Maak de passkey
passkey-leave = Nu niet
passkey-unable = Voor passkeys is JavaScript nodig, en een browser die ze kent. Zonder passkey komt u binnen zoals u gewend was.
passkey-enter = Naar binnen met een passkey
passkey-enter-about = U hebt hier een passkey toegevoegd.
passkey-at-the-door = Naar binnen met een passkey
passkey-refused = De browser kreeg geen passkey. Probeer het opnieuw, of ga verder zonder.
passkey-gone = Dit duurde te lang, of is al gedaan. Begin opnieuw op uw pagina met apparaten.
passkey-wrong = Die passkey geldt hier niet. Probeer een andere, of ga verder zonder.
passkey-already = Deze passkey is er al. U kunt hem gebruiken.
device-unknown = Dit apparaat is hier niet bekend
device-unknown-about = Alleen apparaten die zijn toegevoegd kunnen deze pagina’s openen. Naar uw wachtzin wordt hier niet gevraagd, zodat niemand hem van ver kan raden.
device-how = Zo voegt u het toe
device-how-open = Open regie op de computer waarop het draait.
device-how-make = Kies daar ‘Beveiliging’, dan ‘Apparaten en passkeys’, en maak een code.
device-how-scan = Scan die code met dit apparaat.
device-locked = Vergrendeld
device-locked-about = Laat uw passkey zien om verder te gaan. Hebt u hem niet meer? Haal dit apparaat dan weg op de computer waarop regie draait, en voeg het opnieuw toe.
device-kept = Wat u verstuurde kwam toen de pagina al vergrendeld was. Het is niet uitgevoerd, en het blijft een half uur bewaard. Ga naar binnen, bekijk het, en verstuur het met één druk op de knop.
device-not-kept = Wat u verstuurde kwam toen de pagina al vergrendeld was. Het is niet uitgevoerd, en het kon niet bewaard worden. Ga naar binnen en doe het opnieuw.
device-again = Probeer het opnieuw
add-title = Dit apparaat toevoegen
add-about = Van nu af opent dit apparaat uw pagina’s van regie, tot u het weghaalt.
add-name = Hoe noemt u dit apparaat?
add-name-unfit = Geef het een korte naam, van één regel.
add-do = Toevoegen
add-may = Het kan alles zien en beslissen. Maar het maakt geen reservekopie, brengt regie niet naar een andere computer en wijzigt de wachtzin niet. Andere apparaten voegt het niet toe en haalt het niet weg.
add-spent = Deze code is al gebruikt, te oud, of nooit hier gemaakt. Maak een nieuwe op de computer waarop regie draait.
add-wait = { $n ->
    [one] Dat was te vaak fout. Wacht één minuut. Maak dan een nieuwe code op de computer waarop regie draait.
   *[other] Dat was te vaak fout. Wacht { $n } minuten. Maak dan een nieuwe code op de computer waarop regie draait.
  }
added-title = Dit apparaat is toegevoegd
added-about = U vindt het op uw pagina met apparaten, en kunt het daar weghalen.
added-keep = Houd het bij de hand
added-keep-about = Kies in het menu van uw browser ‘Toevoegen aan startscherm’ of ‘Installeren’. Regie opent dan zoals andere apps.
outside-device-left = Dit apparaat is weggehaald. Wilt u terugkomen? Voeg het dan opnieuw toe op de computer waarop regie draait.
fault-at-home = Dit doet u op de computer waarop regie draait, niet op een ander apparaat. Open regie daar en doe het daar.
led-title = Een andere site bracht u hier
led-about = Wilde u dat? Ga dan verder.
offline-title = Er is nu geen verbinding
offline-about = Uw pagina’s waren niet te bereiken. Uw gegevens staan veilig waar ze stonden; op dit apparaat wordt er niets van bewaard.
offline-form = Had u net iets verstuurd? Dat kwam niet aan. Ga terug: wat u typte staat er meestal nog.
offline-again = Probeer het opnieuw
security-about-device = Deze pagina’s vergrendelen zich op dit apparaat na 15 minuten zonder gebruik. Uw passkey opent ze weer.
security-about-open = Dit apparaat heeft geen passkey, dus deze pagina’s blijven erop open. Wie het apparaat ontgrendelt, is binnen.
security-leave-device = Dit apparaat weghalen
