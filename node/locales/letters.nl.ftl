# The text of letters to organisations (node/src/letter/). Nothing of a person stands here but what a letter is given.

letter-salutation = Geachte heer of mevrouw,
letter-regards = Met vriendelijke groet,
letter-reference = Mijn kenmerk: { $what }
letter-number = Contractnummer: { $what }
letter-known = U kent mij aan:
letter-known-login = inlognaam: { $what }
letter-known-email = e-mailadres: { $what }
letter-known-customer = klantnummer: { $what }
letter-known-mandate = machtiging voor automatische incasso: { $what }
letter-known-birth = geboortedatum: { $what }
letter-identity = Hebt u redenen om te twijfelen of ik deze persoon ben, schrijf mij dan welke, en welk klein beetje meer u nodig hebt (artikel 12, lid 6). Een kopie van een identiteitsbewijs is meer dan dat.
letter-term = Wilt u dit onverwijld doen, en uiterlijk binnen een maand na ontvangst van deze brief (artikel 12, lid 3)? Hebt u meer tijd nodig, of doet u niet alles, laat mij dat dan binnen die maand weten, met uw redenen (artikel 12, lid 4).
letter-right-access = inzage in mijn persoonsgegevens (AVG, artikel { $article })
letter-right-rectification = rectificatie van mijn persoonsgegevens (AVG, artikel { $article })
letter-right-erasure = het wissen van mijn persoonsgegevens (AVG, artikel { $article })
letter-right-restriction = beperking van de verwerking van mijn persoonsgegevens (AVG, artikel { $article })
letter-right-portability = overdracht van mijn persoonsgegevens (AVG, artikel { $article })
letter-right-objection = het stoppen van direct marketing (AVG, artikel { $article })

letter-access-subject = Verzoek om inzage in mijn persoonsgegevens (AVG, artikel 15)
letter-access = Op grond van artikel 15 van de Algemene verordening gegevensbescherming (AVG) vraag ik u of u persoonsgegevens van mij verwerkt. Als dat zo is, stuur mij dan een kopie van al die gegevens.
letter-access-with-it = Wilt u mij daarbij laten weten:
letter-access-purposes = voor welke doelen u ze gebruikt;
letter-access-categories = welke soorten gegevens het zijn;
letter-access-recipients = wie ze heeft ontvangen of zal ontvangen, ieder met naam;
letter-access-kept = hoe lang u ze bewaart, of waarnaar u dat bepaalt;
letter-access-source = waar ze vandaan komen, voor zover niet van mij;
letter-access-automated = of machines alleen over mij beslissen, ook door profilering, volgens welke logica, en wat daarvan voor mij de gevolgen zijn;
letter-access-abroad = of ze naar een land buiten de Europese Economische Ruimte gaan, en met welke waarborgen.
letter-access-copy = Stuur de kopie graag per e-mail of als bestand om te downloaden, in een gangbare vorm (artikel 15, lid 3).

letter-rectification-subject = Verzoek om mijn persoonsgegevens te rectificeren (AVG, artikel 16)
letter-rectification = Persoonsgegevens die u van mij hebt, zijn onjuist of onvolledig. Op grond van artikel 16 van de Algemene verordening gegevensbescherming (AVG) vraag ik u ze te verbeteren:
letter-rectification-others = Laat iedereen aan wie u deze gegevens hebt gegeven weten dat ze veranderd zijn, en laat mij weten wie dat zijn (artikel 19).

letter-erasure-subject = Verzoek om mijn persoonsgegevens te wissen (AVG, artikel 17)
letter-erasure = Op grond van artikel 17 van de Algemene verordening gegevensbescherming (AVG) vraag ik u de persoonsgegevens te wissen die u van mij hebt. Ik trek elke toestemming in die ik u daarvoor heb gegeven, en maak bezwaar tegen de verwerking voor zover die op uw gerechtvaardigde belangen rust (artikel 21, lid 1).
letter-erasure-duty = Verplicht een wet u om een deel te bewaren, bewaar dat deel dan voor dat doel alleen, en laat mij weten welke gegevens dat zijn, welke wet het is, en tot wanneer. Een contract tussen ons dat nog loopt, eindigt door deze brief niet.
letter-erasure-others = Laat het iedereen weten aan wie u deze gegevens hebt gegeven, en laat mij weten wie dat zijn (artikel 19). Bevestig mij wanneer het is gebeurd.

letter-restriction-subject = Verzoek om de verwerking van mijn persoonsgegevens te beperken (AVG, artikel 18)
letter-restriction = Op grond van artikel 18 van de Algemene verordening gegevensbescherming (AVG) vraag ik u de verwerking te beperken van de persoonsgegevens die u van mij hebt.
letter-restriction-contested = Mijn reden: de gegevens kloppen niet. Beperk het gebruik tot u ze hebt nagekeken (artikel 18, lid 1, onder a).
letter-restriction-unlawful = Mijn reden: u gebruikt de gegevens onrechtmatig, en ik wil liever dat u het gebruik beperkt dan dat u ze wist (artikel 18, lid 1, onder b).
letter-restriction-claims = Mijn reden: u hebt de gegevens niet meer nodig, maar ik wel, voor een rechtsvordering (artikel 18, lid 1, onder c).
letter-restriction-objected = Mijn reden: ik heb bezwaar gemaakt tegen de verwerking. Beperk die tot vaststaat wiens gronden zwaarder wegen (artikel 18, lid 1, onder d).
letter-restriction-means = Bewaar de gegevens tot dan, en doe er zonder mijn toestemming niets anders mee (artikel 18, lid 2). Laat het mij weten voordat u de beperking opheft (artikel 18, lid 3).
letter-restriction-others = Laat het iedereen weten aan wie u deze gegevens hebt gegeven, en laat mij weten wie dat zijn (artikel 19).

letter-portability-subject = Verzoek om mijn persoonsgegevens in een vorm die een machine leest (AVG, artikel 20)
letter-portability = Op grond van artikel 20 van de Algemene verordening gegevensbescherming (AVG) vraag ik u om de persoonsgegevens die ik u heb verstrekt en die u geautomatiseerd verwerkt op grond van mijn toestemming of van een contract met mij. Wat u van mijn gebruik van uw diensten hebt waargenomen, hoort daarbij.
letter-portability-form = Stuur ze graag in een gestructureerde, gangbare vorm die een machine leest, zoals JSON, CSV of XML.

letter-objection-subject = Bezwaar tegen direct marketing (AVG, artikel 21)
letter-objection = Op grond van artikel 21, lid 2, van de Algemene verordening gegevensbescherming (AVG) maak ik bezwaar tegen de verwerking van mijn persoonsgegevens voor direct marketing, en tegen profilering voor zover die daarmee te maken heeft.
letter-objection-means = Vanaf de ontvangst van deze brief mogen mijn gegevens daarvoor niet meer worden gebruikt (artikel 21, lid 3): niet per post, e-mail of telefoon, en niet voor advertenties die voor mij zijn uitgekozen. Wat u nodig hebt om dit bezwaar te onthouden, mag u bewaren, daarvoor alleen.

letter-reminder-subject = Geen antwoord op tijd: { $what }
letter-reminder = Op { $sent } heb ik u gevraagd om { $right }. U had daarop uiterlijk { $due } moeten antwoorden (artikel 12, leden 3 en 4, AVG). Een antwoord dat aan die plicht voldoet, heb ik niet gekregen.
letter-reminder-default = Hierbij stel ik u in gebreke. Wilt u binnen 14 dagen na ontvangst van deze brief doen wat ik heb gevraagd?
letter-reminder-then = Doet u dat niet, dan ben ik van plan een klacht in te dienen bij de toezichthoudende autoriteit (artikel 77). Ik behoud al mijn rechten, ook dat op een gang naar de rechter (artikel 79) en dat op schadevergoeding (artikel 82).

letter-complaint-subject = Klacht op grond van artikel 77 AVG over { $what }
letter-complaint = Op grond van artikel 77 van de Algemene verordening gegevensbescherming (AVG) dien ik een klacht in over deze organisatie:
letter-complaint-request = Op { $sent } heb ik haar gevraagd om { $right }.
letter-complaint-late = Zij had uiterlijk { $due } moeten antwoorden (artikel 12, leden 3 en 4). Een antwoord dat aan die plicht voldoet, heb ik niet gekregen.
letter-complaint-refused = Zij heeft geheel of voor een deel geweigerd wat ik vroeg. Volgens mij is daar in de wet geen grond voor.
letter-complaint-reminded = Op { $what } heb ik haar een herinnering gestuurd.
letter-complaint-ask = Wilt u dit onderzoeken, de organisatie gelasten te doen wat ik heb gevraagd (artikel 58, lid 2, onder c), en mij op de hoogte houden van de voortgang en het resultaat (artikel 77, lid 2)?
letter-complaint-enclosed = Ik voeg een kopie bij van wat ik heb gestuurd, en van wat ik heb gekregen.
letter-complaint-known = De organisatie kent mij aan:

letter-changed-subject = Mijn gegevens zijn veranderd
letter-changed = Mijn gegevens zijn veranderd. Wilt u vanaf nu deze gebruiken:
letter-changed-ask = Wilt u ze overal veranderen waar u ze bewaart (artikel 16 AVG), en mij dat kort bevestigen? Verder verandert er door deze brief niets.
letter-change = { $field }: { $new } (tot nu toe: { $old })
letter-change-new = { $field }: { $new }

letter-end-subject = Opzegging van mijn contract: { $what }
letter-end = Hierbij zeg ik dit contract op per { $what }, of anders per de eerste dag daarna waarop dat kan.
letter-withdraw-subject = Ontbinding van mijn contract: { $what }
letter-withdraw = Hierbij ontbind ik dit contract, dat begon of begint op { $what }, binnen de bedenktijd.
letter-confirm = Wilt u dit binnen 14 dagen schriftelijk bevestigen, met de laatste dag van het contract? Voor wat na die dag vervalt, trek ik uw machtiging voor automatische incasso in.

letter-invitation-subject = Wilt u mijn gegevens van mij krijgen, altijd actueel?
letter-invitation = Ik bewaar mijn gegevens op één plek, een node van mijzelf, met vrije software die regie heet. Daarmee vertel ik iedere organisatie wat zij moet weten, en zie ik wie wat heeft. U doet nog niet mee. Dat zou ik wel graag willen.
letter-invitation-means = Wat het ons beiden zou brengen:
letter-invitation-current = als er iets verandert, zoals mijn adres, weet u het meteen, zonder formulier of brief;
letter-invitation-asked = u vraagt wat u nodig hebt, met het doel erbij, en krijgt het als ik het goed vind;
letter-invitation-proof = wat ik heb toegestaan en wat u hebt ontvangen is ondertekend, zodat we het allebei kunnen laten zien;
letter-invitation-requests = inzage, wissen en opzeggen worden berichten met een ontvangstbewijs, in plaats van brieven die iemand moet lezen.
letter-invitation-where = Aan uw kant is daarvoor een programma nodig dat companion heet. Ook dat is vrije software, en het draait op uw eigen machines. Hier staat hoe: { $what }
letter-invitation-ask = Wilt u dit doorgeven aan wie over zulke dingen beslist, en mij laten weten wat u gaat doen?
