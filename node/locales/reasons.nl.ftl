# Waarom iets niet kon, en wat de volgende stap is: één bericht voor elke code van de kern (`Coded`), `why-SOORT-CODE`.

why-identity-bad-key = geen bruikbare publieke ed25519-sleutel
why-identity-bad-did = geen did:key van een ed25519-sleutel; die begint met did:key:z6Mk
why-identity-bad-phrase = geen herstelzin: geef de 24 woorden in hun volgorde, met spaties ertussen
why-attestation-bad-issuer = geen naam van een uitgever: één regel van hoogstens { $bytes } bytes
why-attestation-bad-presentation = geen presentatie: zichtbare ASCII van hoogstens { $bytes } bytes
why-note-bad-key = geen sleutel zoals een getuige of een logboek die toont: neem hem helemaal over, NAAM+ID+SLEUTEL, van de soort ed25519
why-note-malformed = geen ondertekende notitie; neem haar helemaal over, met de laatste regel
why-note-too-large = meer dan { $most } bytes, en zoveel wordt van een ondertekende notitie niet gelezen
why-note-bad-signature = een handtekening erin klopt niet: er is iets veranderd, of iemand anders antwoordt in de plaats van wie het zou moeten zijn
why-wire-too-large = { $got } bytes, waar er hoogstens { $most } worden aangenomen
why-wire-malformed = niet in de vorm die dit heeft; kopieer het in zijn geheel
why-wire-unencodable = deze waarde heeft geen vorm in DAG-CBOR
why-board-too-many-admitted = dit bord laat { $most } bedrijven toe, meer kan niet; haal er eerst een weg
why-purpose-unknown = geen bekend doel; `regie fields --purposes` noemt ze (DeliveryOfGoods, CustomerCare, …)
why-category-bad = geen categorie: schrijf 1 tot { $parts } delen van kleine letters, cijfers en streepjes, zoals energy.contract
why-price-bad = geen prijs: schrijf een bedrag, een munt en eventueel /month of /year, zoals 129.50EUR/month
why-calendar-date = geen dag van de kalender; schrijf JAAR-MAAND-DAG, zoals 2027-03-03
why-calendar-span = geen termijn; schrijf P14D voor 14 dagen, P2W voor 2 weken, P1M voor een maand, P1Y voor een jaar
why-currency-bad = geen munt; schrijf de drie hoofdletters van ISO 4217, zoals EUR
why-contract-form = deze bytes zijn geen contract van versie 1
why-contract-text = partij en product zijn elk één regel van 1 tot { $most } bytes, nummers van 1 tot { $number }; geef die op
why-contract-amount = dat is meer geld dan een contract hier kan kosten; kijk het bedrag na
why-contract-span = een termijn van een contract is hoogstens { $years } jaar; geef een kortere op
why-contract-date = de datums van een contract liggen tussen 1900 en 2199; kijk ze na
why-contract-extension = zonder looptijd kan er niets op volgen; geef een looptijd op, of laat het contract zonder einde
why-contract-documents = een contract noemt hoogstens { $most } documenten
why-criterion-unknown = geen maatstaf; er zijn price, match, fields, retention en known
why-collection-unknown = geen verzameling; er zijn bills, contracts, corrections, messages, meter-readings, warranties en other
why-right-unknown = geen recht; er zijn access, rectification, erasure, restriction, portability en objection
why-why-unknown = geen reden van versie 1; docs/supplier.md noemt ze
why-act-kind-unknown = geen soort handeling van versie 1
why-agreement-unknown = geen afspraak uit de lijst; neem SD-BASE, SD-BASE-DP, SD-BASE-A, …
why-link-not-for-pairing = geen link om mee te koppelen; die begint met regie:pair?v=1& en komt in zijn geheel van de leverancier
why-link-not-of-a-board = geen link van een bord; die begint met regie:board?v=1& en komt in zijn geheel van het bord
why-link-not-of-a-helper = geen link van een helper; die begint met regie:helper?v=1& en komt in zijn geheel van dat bedrijf
why-field-misspelt = '{ $asked }' is geen bekend gegeven (bedoelde u { $nearest }?); `regie fields --all` noemt ze
why-field-unknown = '{ $asked }' is geen bekend gegeven; `regie fields --all` noemt ze
why-field-unknown-group = '{ $asked }' is geen bekende groep gegevens; `regie fields --all` noemt ze
why-field-too-long = de waarde is langer dan { $bytes } bytes; maak haar korter
why-field-not-text = de waarde is leeg of bevat stuurtekens; geef gewone tekst

# Waarom een waarde niet bij haar gegeven past.
why-value-too-long = de waarde is langer dan { $bytes } bytes; maak haar korter
why-value-not-text = de waarde is leeg of bevat stuurtekens; geef gewone tekst
why-value-not-date = dat is geen dag; schrijf jaar, maand en dag, zoals 1984-03-12 of 12 maart 1984
why-value-day-or-month = het is niet zeker welk getal de dag is en welk de maand; schrijf het als 1984-03-12
why-value-no-such-day = die dag bestaat niet; kijk naar de dag en de maand
why-value-not-partial-date = dat is geen dag, maand of jaar; schrijf 1984-03-12, 1984-03 of 1984
why-value-not-email = dat is geen e-mailadres; schrijf het als anna@example.org, of laat het leeg als u er geen hebt
why-value-not-telephone = dat is geen telefoonnummer; schrijf het als +31 6 12345678
why-value-no-country-code = het is niet zeker van welk land dit nummer is; begin met de landcode, zoals +31 6 12345678
why-value-not-iban = dat is geen rekeningnummer (IBAN); het begint met twee letters van het land, zoals NL91 ABNA 0417 1643 00
why-value-iban-length = een rekeningnummer uit { $country } heeft { $length } tekens; kijk of er een ontbreekt of te veel is
why-value-iban-check = er zit een fout in het rekeningnummer; neem het over van uw pas of van de pagina van uw bank
why-value-not-bic = dat is geen code van een bank (BIC); die heeft 8 of 11 tekens, zoals ABNANL2A
why-value-not-country = dat is geen bekend land; schrijf de naam, of de code, zoals NL
why-value-not-language = dat is geen bekende taal; schrijf de naam, of de code, zoals nl
why-value-not-number = dat is geen getal; schrijf het in cijfers, zoals 2
why-value-thousands-or-decimals = het is niet zeker wat de punt of komma scheidt; schrijf het getal zonder teken voor duizendtallen
why-value-too-fine = { $decimals ->
    [0] geef een heel getal, zonder decimalen
   *[other] geef hoogstens { $decimals } decimalen
 }
why-value-out-of-range = geef een getal tussen { $least } en { $most }
why-value-not-currency = het is niet zeker welk geld u bedoelt; schrijf 30000 of 12,50 voor euro's, en anders de munt erachter: 30000 USD
why-value-not-choice = dat is geen van de antwoorden die er zijn; kies uit { $choices }
why-value-not-postal-code = dat is geen postcode; schrijf haar zoals op een brief
why-value-postal-code-of = dat is geen postcode van { $country }; schrijf haar als { $example }, of wijzig eerst het land
why-value-not-licence-plate = dat is geen kenteken; schrijf de letters en cijfers, zoals G-123-AB
why-value-not-national-id = dat is geen identificatienummer; schrijf alleen de cijfers en letters
why-value-national-id-check = er zit een fout in het nummer; neem het over van uw paspoort, rijbewijs of een brief van de Belastingdienst
why-value-not-ean = dat is geen nummer van een aansluiting; het heeft 18 cijfers en staat op de rekening
why-value-ean-check = er zit een fout in het nummer; neem het over van de rekening
why-value-not-url = dat is geen adres van een webpagina; schrijf het als https://example.org

# Wat de persoon zelf doet.
why-owner-no-relationship = met die leverancier is er geen relatie; `regie status` noemt de relaties die er zijn
why-owner-no-request = zo'n verzoek wacht niet op u; `regie requests` noemt de verzoeken die wachten
why-owner-no-grant = zo'n toestemming is er niet; `regie grants` noemt ze
why-owner-no-item = zo'n stuk is er niet, of er is al over beslist; `regie inbox` noemt ze
why-owner-bad-act = een contract wordt genoemd met zijn nummer of waar het over gaat, op één regel, en wat u toevoegt is hoogstens { $bytes } bytes; maak het korter
why-owner-acted-already = precies dat is deze leverancier gezegd en er is nog geen antwoord; wacht op het antwoord, of schrijf een brief
why-owner-too-many-acts = er wachten { $most } verzoeken van u op antwoord van deze leverancier; schrijf in plaats daarvan een brief
why-owner-no-segment = zo'n segment is er niet, of niet hiervoor; `regie segments` noemt ze
why-owner-enough-said = in { $days } dagen zei u van { $most } segmenten van deze leverancier die naar hetzelfde gegeven kijken of u erbij hoort: meer zou het gegeven zelf verraden. Probeer het later, of geef het gegeven met een toestemming, die u kunt beëindigen
why-owner-does-not-fit = wat u hebt past niet bij dat segment, dus u kunt niet zeggen dat u erbij hoort; `regie segments` laat zien waarom
why-owner-counted = u bent voor dat segment al meegeteld; er is niets verstuurd
why-owner-budget-spent = uw privacybudget laat dat antwoord nu niet toe; er is niets verstuurd. `regie segments` laat zien wat er over is
why-owner-too-many-segments = uw woord over { $most } segmenten van deze leverancier wordt onthouden; meer kan nu niet
why-owner-no-intent = zo'n wens staat niet open; `regie intents` noemt ze
why-owner-no-offer = zo'n aanbod is niet bewaard; `regie offers` noemt ze
why-owner-offer-over = dat aanbod of de wens is voorbij; `regie offers` noemt wat er over is
why-owner-bad-intent = een wens duurt 1 tot { $days } dagen, heeft hoogstens { $details } bijzonderheden van één regel van { $bytes } bytes, neemt 1 tot { $offers } keer een aanbod van één leverancier aan en laat er 1 tot { $kept } in totaal zien
why-owner-too-many-intents = { $most } wensen staan open; trek er eerst een in
why-owner-already-revoked = die toestemming is al ingetrokken; er is niets veranderd
why-owner-superseded = een andere kopie van deze node spreekt nu voor u, dus deze is gestopt en er is niets veranderd; ga met de andere verder en verwijder deze map, of maak hiervan een reservekopie, zet die in een nieuwe map terug, en stop de andere
why-owner-moved = deze node is naar { $named ->
    [0] een ander apparaat
   *[other] een ander apparaat ({ $to })
  } gegaan, dus hier zegt hij niets meer: start hem daar. Wilt u toch hier verder, stop hem dan en gebruik `regie move --undo`
why-owner-bad-place = noem het andere apparaat in één regel van ten hoogste { $bytes } bytes
why-owner-too-many-renewals = u nam voor deze leverancier { $most } keer een andere sleutel; beëindig de relatie en koppel opnieuw
why-owner-already-paired = u bent al met deze leverancier gekoppeld; `regie status` laat het zien
why-owner-too-many-relationships = deze node houdt { $most } relaties, meer kan niet; beëindig er eerst een
why-owner-unsigned-profile = het profiel van de leverancier is niet met zijn sleutel ondertekend; er is niets veranderd. Vraag de leverancier om een nieuwe link
why-owner-other-key = het profiel van de leverancier is van een andere sleutel, die niet als opvolger was aangekondigd; er is niets veranderd. Vraag de leverancier om een nieuwe link
why-owner-profile-bounds = het profiel van de leverancier valt buiten de grenzen; er is niets veranderd. Vraag de leverancier om een nieuwe link
why-owner-alternative = het alternatief van de leverancier is geen antwoord op uw voorstel; er is niets veranderd. Vraag de leverancier om een nieuwe link
why-owner-unsigned-acceptance = de aanvaarding van de leverancier is niet met zijn sleutel ondertekend; er is niets veranderd. Vraag de leverancier om een nieuwe link
why-owner-acceptance = de aanvaarding van de leverancier is niet van wat u voorstelde; er is niets veranderd. Vraag de leverancier om een nieuwe link
why-owner-unreadable = de bewaarde waarde van { $field } kan niet worden gelezen, dus er is niets gegeven of gezegd; vul het gegeven opnieuw in, of zet een reservekopie terug
why-owner-bad-policy = er zijn hoogstens { $rules } regels, met namen van hoogstens { $bytes } bytes
why-owner-refused = de node kon dat niet doen: { $refusal }

# Wat het bedrijf zelf doet.
why-supplier-no-relationship = zo'n relatie is er niet; `regie status` noemt ze
why-supplier-bad-request = een verzoek heeft 1 tot { $fields } gegevens, een reden van hoogstens { $bytes } bytes en een duur van 1 tot { $days } dagen
why-supplier-too-deep = een toestemming kan hoogstens { $most } stappen worden doorgegeven
why-supplier-not-delegable = geen toestemming van deze persoon aan uw huidige sleutel laat u dat doorgeven; vraag met `delegations` van 1 of meer, of om meer
why-supplier-too-wide = wat wordt doorgegeven moet binnen de toestemming erboven blijven: gegevens, doelen, toegang, tijd, bewaartermijn en gebruik
why-supplier-not-opened = deze persoon heeft die verzameling niet voor u opengezet, of de toestemming is voorbij; de persoon zet haar open met `regie open`
why-supplier-bad-item = een document heeft een titel van één regel, een mediatype en hoogstens { $bytes } bytes; alleen een verbetering gaat in `corrections`
why-supplier-too-many-items = er wachten al { $most } stukken op deze persoon; wacht tot de node van de persoon verbinding heeft gehad
why-supplier-no-act = die persoon heeft zoiets niet gezegd; `regie supplier acts` noemt wat er is
why-supplier-bad-answer = een opzegging of herroeping wordt beantwoord met de laatste dag van het contract, een recht met wat er gedaan is of, één keer en als eerste, met twee maanden langer; een weigering heeft een reden die daarbij hoort, en een stuk is er een dat aan deze persoon gestuurd is
why-supplier-too-many-answers = op die handeling zijn { $most } antwoorden gegeven; meer kan niet
why-supplier-bad-offer = een aanbod heeft een titel van één regel, hoogstens { $terms } voorwaarden, vraagt hoogstens { $fields } gegevens, en eindigt voor de wens waarop het antwoordt wordt vergeten
why-supplier-bad-segment = een segment heeft een naam van één regel, hoogstens { $clauses } voorwaarden van { $depth } diep, laat mensen erbij horen of meetellen, en eindigt in de toekomst; epsilon is 0.001 tot { $epsilon }
why-supplier-no-segment = zo'n segment is er niet; vraag de lijst om te zien wat er is
why-supplier-too-many-segments = er zijn { $most } segmenten gepubliceerd; neem er eerst een terug
why-supplier-intent-over = die wens is voorbij of ingetrokken; vraag de lijst van wensen die openstaan
why-supplier-bad-processor = de koppellink van de verwerker is uw eigen link, of noemt geen adres; vraag de verwerker er een
why-supplier-too-many-delegations = de gegevens van deze persoon zijn { $most } keer doorgegeven; wacht tot er een paar voorbij zijn
why-supplier-too-many-waiting = er wachten al { $most } verzoeken op deze persoon; wacht op antwoorden
why-supplier-not-next = dit zijn niet de woorden van de sleutel die uw bedrijf als volgende heeft vastgelegd: die staat op het laatst getoonde blad; er is niets veranderd
why-supplier-no-next = uw bedrijf heeft geen volgende sleutel vastgelegd; doe het nu, voor de huidige verloren raakt: `regie supplier next-key`
why-supplier-has-next = uw bedrijf heeft al een volgende sleutel vastgelegd; wie u kent zou een andere niet volgen
why-supplier-too-many-rotations = een bedrijf kan zijn sleutel { $most } keer veranderen
why-supplier-bad-profile = het profiel valt buiten de grenzen; zie docs/protocol.md, clause 2

# Wat de andere kant weigerde, voor wie de node beheert die vroeg.
why-refusal-malformed = Het bericht is geen canonieke DAG-CBOR van een bekende vorm. Stuur wat docs/protocol.md beschrijft.
why-refusal-too-large = Het bericht gaat boven de grens voor zijn soort. Vraag minder gegevens tegelijk.
why-refusal-unknown-version = Het object is van een versie die deze node niet spreekt. Gebruik versie 1.
why-refusal-bad-signature = De handtekening klopt niet voor de genoemde sleutel.
why-refusal-wrong-sender = Het object noemt een andere sleutel dan die van de verbinding.
why-refusal-wrong-audience = Het object is voor een andere sleutel bedoeld.
why-refusal-not-paired = Onder deze sleutel is er geen relatie. Koppel eerst met een uitnodiging.
why-refusal-bad-invitation = De uitnodiging is onbekend, opgebruikt of verlopen. Vraag de leverancier om een nieuwe.
why-refusal-clock-skew = De tijd in het bericht scheelt meer dan 5 minuten met die van deze node. Zet de klok goed en stuur opnieuw.
why-refusal-replayed = Dit verzoek is al eens gedaan. Het antwoord erop, als dat er is, is onderweg.
why-refusal-rate-limited = Te veel verzoeken. Wacht een uur, of vraag meer gegevens tegelijk.
why-refusal-too-many-waiting = Er wachten al te veel verzoeken op het woord van de persoon. Wacht op antwoorden.
why-refusal-unknown-field = Zo'n gegeven staat niet in de woordenlijst. Zie docs/glossary.md.
why-refusal-not-granted = Geen toestemming dekt dit gegeven en dit doel, en de regels van de persoon weigeren het.
why-refusal-outside-agreement = De afspraak tussen u laat dit doel, deze bewaartermijn of dit doorgeven niet toe.
why-refusal-collection-full = De node van de persoon bewaart geen stukken van u meer. Wacht tot de persoon er heeft weggegooid.
why-refusal-declined = De persoon zei nee.
why-refusal-expired = De toestemming is verlopen. Vraag een nieuwe.
why-refusal-not-yet-valid = De toestemming geldt nog niet.
why-refusal-revoked = De toestemming is ingetrokken. Verwijder wat zij gaf, waar het bericht dat zegt.
why-refusal-used-up = De toestemming is zo vaak gebruikt als mocht. Vraag een nieuwe.
why-refusal-widened = Een schakel van de keten is ruimer dan die erboven.
why-refusal-broken-chain = Een schakel van de keten volgt niet uit die erboven.
why-refusal-unproven = Dat het logboek volgt op de eerder geziene wortel, is nog niet getoond: eerst wordt de groei bewezen, dan wordt dit opnieuw gestuurd.
why-refusal-forked = Het logboek volgt niet op de eerder geziene wortel: het is afgebroken of herschreven.
why-refusal-paused = De persoon heeft deze relatie stilgezet. Probeer het later opnieuw.
why-refusal-unavailable = De node kan nu niet antwoorden. Probeer het later opnieuw.
why-refusal-not-a-board = Deze node is geen bord. Stuur wensen en aanbod naar een die dat wel is.
why-refusal-unknown-intent = Zo'n wens staat niet open op dit bord. Die is ingetrokken, voorbij of is er nooit geweest.
why-refusal-not-admitted = Dit bord neemt aanbod aan van bedrijven die het toeliet. Vraag de beheerder om uw sleutel toe te laten.
why-refusal-wrong-board = Aanbod voor deze wens gaat naar het bord dat de wens noemt.
why-refusal-board-full = Het bord houdt zo veel wensen als het kan. Probeer het later opnieuw, of een ander bord.
why-refusal-key-spent = De sleutel van een wens is voor één wens, en is al voor een andere gebruikt. Trek de wens in en zeg haar opnieuw: dat maakt een andere sleutel.
why-refusal-too-many-offers = Deze wens neemt geen aanbod meer aan, of niet meer van u.
why-refusal-unknown-segment = Dit bedrijf publiceert zo'n segment niet, of niet meer. Vraag naar zijn segmenten.
why-refusal-not-a-helper = Deze node telt geen antwoorden voor anderen op, of voor geen segmenten meer. Vraag een andere helper.
why-refusal-wrong-batch = Van deze telling staat een andere reeks open, of de sleutel is een andere. Neem het segment terug en publiceer het opnieuw.
why-refusal-too-few = Minder antwoorden dan het segment zijn mensen belooft worden niet opgeteld. Wacht op meer.
why-refusal-unknown-act = Zoiets is niet gezegd, of het is vergeten.
why-refusal-unknown-item = Zo’n document is niet onderweg. Het wordt vanzelf opnieuw aangekondigd.
why-refusal-too-many-acts = Dit bedrijf neemt langs de lijn niets meer van u aan. Schrijf in plaats daarvan een brief.
why-refusal-unexpected = Dit bericht hoort hier niet: het is voor de andere rol.

# Wat het domein van een leverancier zegt.
why-unread-not-a-domain = wat de leverancier zijn domein noemt is geen naam van een domein in ASCII; vraag de leverancier zijn profiel te herstellen
why-unread-unresolved = de naam van het domein wordt niet gevonden; kijk naar uw verbinding, of vraag de leverancier of het domein nog van hem is
why-unread-private = de naam van het domein leidt naar een besloten netwerk, waar niet wordt gekeken; sta het bij naam toe in config.toml: domain_hosts = ["HOST"]
why-unread-unreachable = de webserver van het domein antwoordt niet; het wordt later opnieuw geprobeerd
why-unread-certificate = het certificaat van het domein klopt niet: het is verlopen, van een andere naam, of van een uitgever die dit systeem niet vertrouwt; vraag de leverancier het te vernieuwen
why-unread-slow = de webserver van het domein antwoordde niet op tijd; het wordt later opnieuw geprobeerd
why-unread-redirect = het domein verwijst door in plaats van zelf te antwoorden; vraag de leverancier zijn document daar te zetten
why-unread-no-document = het domein heeft geen document op /.well-known/regie.json; vraag de leverancier het daar te zetten (`regie supplier domain`)
why-unread-too-large = het document van het domein is groter dan 192 KiB; vraag de leverancier het opnieuw te schrijven (`regie supplier domain`)
why-unread-not-a-document = wat het domein op /.well-known/regie.json heeft is geen ondertekend profiel; vraag de leverancier het opnieuw te schrijven (`regie supplier domain`)
why-unread-proxied = de proxy van deze node leidde niet naar de webserver van het domein; kijk of de proxy draait en anderen bereikt: het wordt later opnieuw geprobeerd
why-unread-outdated = het document van het domein is nog ondertekend met een sleutel die de leverancier heeft vervangen; vraag de leverancier het opnieuw te schrijven (`regie supplier domain`)
why-unread-no-tls = deze node kan geen certificaten nakijken; installeer het pakket ca-certificates
why-contradiction-other-key = het document van het domein is van een andere sleutel: deze leverancier heeft dat domein niet, of heeft een nieuwe sleutel; vraag het langs een weg die u vertrouwt
why-contradiction-revoked = het domein zegt dat deze sleutel er niet meer voor spreekt: die is verloren of gestolen. Aan wie hem heeft wordt niets gezegd; vraag de leverancier om een nieuwe link langs een weg die u vertrouwt
why-contradiction-other-domain = het document van het domein noemt een ander domein; vraag de leverancier langs een weg die u vertrouwt

# Waar een waarde vandaan komt.
provenance-typed = getypt
provenance-imported = ingelezen uit { $what }
provenance-supplier = van leverancier …{ $what }
provenance-attested = bevestigd door { $what }

# Wie bij een segment hoort.
predicate-and = en
predicate-or = of
predicate-not = niet ({ $what })
predicate-is = is
predicate-has = { $what } is bekend
predicate-begins = { $what } begint met
predicate-years-ago = { $what } jaar geleden
predicate-to = tot
predicate-least = minstens { $what }
predicate-most = hoogstens { $what }
predicate-anything = wat dan ook

# Een regel die uit een woord van de persoon over een verzoek is gemaakt, in zijn geheel.
rule-said = u zei: { $what }

# Bestanden die van organisaties vertellen.
why-find-too-large = het bestand is groter dan { $most } MiB; exporteer minder tegelijk, of een deel van de jaren
why-find-too-many = het bestand bevat er meer dan { $most }; splits het, en geef de delen na elkaar
why-find-not-text = het bestand is geen tekst; exporteer het nog eens, als het soort bestand dat de pagina noemt
why-find-not-a-directory = het bestand is geen lijst van organisaties: die heeft een record per regel, een JSON-array van records of één record, volgens het schema van Datenanfragen, met slug en name
why-find-unknown = dit soort bestand is niet bekend; exporteer logins als JSON, CSV of KDBX, of afschriften als CAMT.053, MT940 of CSV
why-find-unknown-bank = dit is een tabel met betalingen, maar van een bank waarvan de kolommen hier niet bekend zijn; kies waar de bank u transacties laat downloaden CAMT.053 (XML) of MT940 voor dezelfde periode, die alle banken gelijk schrijven, en geef dat bestand
why-find-for-people = het bestand is een werkmap of een pdf, die voor mensen is gemaakt; kies waar de bank u transacties laat downloaden CAMT.053 (XML), MT940 of CSV, en geef dat bestand
why-find-damaged = het bestand is afgebroken of beschadigd; exporteer het nog eens
why-find-packed = het bestand is ingepakt; pak het eerst uit, en geef wat erin zit
why-find-bomb = het bestand wordt na het uitpakken veel groter dan enig ander van zijn soort; het wordt niet gelezen. Exporteer het opnieuw met het programma dat het maakte
why-find-document-type = het bestand is XML met een documenttype, dat geen afschrift van een bank heeft; het wordt niet gelezen. Download het afschrift opnieuw bij de bank
why-find-too-deep = het bestand is dieper genest dan enig afschrift; het wordt niet gelezen. Download het afschrift opnieuw bij de bank
why-find-needs-password = het bestand heeft een wachtwoord; geef dat erbij (op de opdrachtregel met --password-file)
why-find-wrong-password = het wachtwoord opent het bestand niet; typ het nog eens. Een bestand dat ook een sleutelbestand nodig heeft wordt niet gelezen: exporteer het als CSV
why-find-of-an-account = alleen uw Bitwarden-account opent deze export; exporteer nog eens en kies een wachtwoord voor het bestand, of JSON zonder versleuteling
why-find-too-much-work = het openen van het bestand zou meer dan 1 GiB geheugen kosten, of minuten; het wordt niet geopend. Verlaag de kosten van het bestand in het programma dat het maakte, of exporteer het als CSV
why-find-other-version = dit KeePass-bestand is ouder dan versie 3 of nieuwer dan versie 4; bewaar het als KDBX 4, of exporteer het als CSV
why-find-other-cipher = dit KeePass-bestand is versleuteld op een manier die hier niet wordt gelezen; bewaar het met AES of ChaCha20, of exporteer het als CSV

why-import-unknown = dit bestand is niet te lezen; exporteer uw contact als visitekaartje (vCard, JSContact, jCard), als tabel (CSV) of als identiteiten van Bitwarden, en probeer het opnieuw
why-import-nothing = in dit bestand staat geen contact met een gegeven dat bekend is; `regie fields --all` toont welke gegevens er zijn
why-import-torn = dit bestand houdt midden in een contact op; exporteer het nog eens, en probeer het opnieuw
why-import-encrypted = dit bestand is versleuteld; exporteer het nog eens zonder versleuteling (in Bitwarden: .json), en verwijder dat bestand daarna
why-import-too-large = het bestand is groter dan { $most } MB; exporteer alleen uw eigen contact, en probeer het opnieuw
why-import-too-much = er staat meer in dit bestand dan gelezen wordt; exporteer alleen uw eigen contact, en probeer het opnieuw
why-import-row = rij { $row } van het bestand heeft { $cells } cellen; geef elke rij twee cellen: een gegeven, zoals `regie fields --all` ze noemt, en de waarde
why-import-several = in dit bestand staan { $count } contacten ({ $shown }); zeg met `--card NUMMER` wie u bent
why-import-no-such = in dit bestand staan { $count } contacten; kies er een met zijn nummer, vanaf 1
why-leftout-no-field = hiermee wordt uit een bestand niets gevuld
why-leftout-photo = foto's worden niet bewaard ({ $kib } KB)
why-leftout-photo-elsewhere = foto's worden niet bewaard, en er wordt niets van elders opgehaald
why-leftout-fax = dit is het nummer van een fax of pieper
why-leftout-not-a-day = het is niet zeker welke dag dit is; typ die zelf, zoals 29 februari 1980
why-leftout-without-year = deze dag heeft geen jaar; typ die zelf, zoals 29 februari 1980
why-leftout-in-one-text = dit is één tekst en staat niet in delen; typ de delen zelf
why-leftout-too-long = dit is langer dan een gegeven kan zijn
why-leftout-garbled = bij het schrijven van het bestand zijn letters verloren gegaan; typ het zelf
why-leftout-somebody-else = dit is een kaartje van iemand anders
why-leftout-stands-again = hetzelfde gegeven staat verderop nog eens, en dat telt
why-leftout-more-in-cell = in deze cel staan er meer; de eerste telt
why-leftout-sensitive = dit is gevoelig; typ het zelf als u het hier wilt bewaren
why-leftout-too-many = hiervan zijn er meer dan gelezen worden
why-leftout-another-counts = een andere telt; u kunt deze kiezen
why-leftout-part-of-address = dit is maar een deel van een adres, en u heeft een ander adres
why-leftout-no-room = u hebt zo veel eigen velden als kan; haal er eerst een weg
why-detail-unknown = { $kind } heeft zo'n kenmerk niet; wel: { $known }. `regie catalogue { $kind }` noemt ze
why-detail-unfit = dat past niet; `regie catalogue` laat zien wat wel past
why-detail-line = schrijf één regel van ten hoogste { $bytes } bytes
why-owner-not-asked = dat verzoek wacht niet op die gegevens; kies er minstens één van die het vraagt (`regie requests` toont ze)
