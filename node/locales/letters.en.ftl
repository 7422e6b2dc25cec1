# The text of letters to organisations (node/src/letter/). Nothing of a person stands here but what a letter is given.

letter-salutation = Dear Sir or Madam,
letter-regards = Yours faithfully,
letter-reference = My reference: { $what }
letter-number = Contract number: { $what }
letter-known = You know me by:
letter-known-login = name to log in with: { $what }
letter-known-email = e-mail address: { $what }
letter-known-customer = customer number: { $what }
letter-known-mandate = mandate for direct debit: { $what }
letter-known-birth = date of birth: { $what }
letter-identity = If you have a reasonable doubt whether I am this person, tell me which doubt, and what little more you need (article 12(6)). A copy of an identity document is more than that.
letter-term = Please do this without undue delay, and at the latest within one month of receiving this letter (article 12(3)). If you need more time, or do not do all of it, tell me within that month, with your reasons (article 12(4)).
letter-right-access = access to my personal data (GDPR, article { $article })
letter-right-rectification = rectification of my personal data (GDPR, article { $article })
letter-right-erasure = erasure of my personal data (GDPR, article { $article })
letter-right-restriction = restriction of the processing of my personal data (GDPR, article { $article })
letter-right-portability = portability of my personal data (GDPR, article { $article })
letter-right-objection = an end to direct marketing (GDPR, article { $article })

letter-access-subject = Request for access to my personal data (GDPR, article 15)
letter-access = Under article 15 of the General Data Protection Regulation (GDPR) I ask you whether you process personal data of mine. If you do, please send me a copy of all of them.
letter-access-with-it = Please tell me with it:
letter-access-purposes = for which purposes you use them;
letter-access-categories = which kinds of data they are;
letter-access-recipients = who has received them or will, each by name;
letter-access-kept = how long you keep them, or by what you decide that;
letter-access-source = where they come from, as far as not from me;
letter-access-automated = whether decisions about me are taken by machines alone, profiling among them, by which logic, and what follows for me;
letter-access-abroad = whether they go to a country outside the European Economic Area, and with which safeguards.
letter-access-copy = Please send the copy by e-mail or as a file to download, in a form in common use (article 15(3)).

letter-rectification-subject = Request to rectify my personal data (GDPR, article 16)
letter-rectification = Personal data that you have of me are wrong or not complete. Under article 16 of the General Data Protection Regulation (GDPR) I ask you to put them right:
letter-rectification-others = Please tell everybody to whom you gave these data that they have changed, and tell me who that is (article 19).

letter-erasure-subject = Request to erase my personal data (GDPR, article 17)
letter-erasure = Under article 17 of the General Data Protection Regulation (GDPR) I ask you to erase the personal data that you have of me. I withdraw every consent that I gave you for them, and I object to their processing as far as it rests on your legitimate interests (article 21(1)).
letter-erasure-duty = If a law obliges you to keep some of them, keep those for that purpose alone, and tell me which they are, which law it is, and until when. A contract between us that still runs is not ended by this letter.
letter-erasure-others = Please tell everybody to whom you gave these data, and tell me who that is (article 19). Confirm to me when it has been done.

letter-restriction-subject = Request to restrict the processing of my personal data (GDPR, article 18)
letter-restriction = Under article 18 of the General Data Protection Regulation (GDPR) I ask you to restrict the processing of the personal data that you have of me.
letter-restriction-contested = My reason: the data are not correct. Restrict their use until you have verified them (article 18(1)(a)).
letter-restriction-unlawful = My reason: you use the data unlawfully, and I want their use restricted rather than the data erased (article 18(1)(b)).
letter-restriction-claims = My reason: you need the data no longer, but I need them for a legal claim (article 18(1)(c)).
letter-restriction-objected = My reason: I have objected to the processing. Restrict it until it is certain whose grounds weigh more (article 18(1)(d)).
letter-restriction-means = Until then, keep the data and do nothing else with them without my consent (article 18(2)). Tell me before you lift the restriction (article 18(3)).
letter-restriction-others = Please tell everybody to whom you gave these data, and tell me who that is (article 19).

letter-portability-subject = Request for my personal data in a form that a machine reads (GDPR, article 20)
letter-portability = Under article 20 of the General Data Protection Regulation (GDPR) I ask you for the personal data that I provided to you and that you process by automated means on the ground of my consent or of a contract with me. What you observed of my use of your services is part of them.
letter-portability-form = Please send them in a structured, commonly used form that a machine reads, such as JSON, CSV or XML.

letter-objection-subject = Objection to direct marketing (GDPR, article 21)
letter-objection = Under article 21(2) of the General Data Protection Regulation (GDPR) I object to the processing of my personal data for direct marketing, and to profiling as far as it has to do with that.
letter-objection-means = From the receipt of this letter my data may no longer be used for that purpose (article 21(3)), be it by post, e-mail, telephone, or advertisements chosen for me. What you need to remember this objection you may keep, for that alone.

letter-reminder-subject = No answer in time: { $what }
letter-reminder = On { $sent } I sent you a request for { $right }. You had to answer it by { $due } at the latest (article 12(3) and (4) of the GDPR). I have had no answer that meets this duty.
letter-reminder-default = I hereby put you in default. Please do what I asked within 14 days of receiving this letter.
letter-reminder-then = If you do not, I intend to lodge a complaint with the supervisory authority (article 77). I keep all my rights, that of going to court (article 79) and that to compensation (article 82) among them.

letter-complaint-subject = Complaint under article 77 GDPR about { $what }
letter-complaint = Under article 77 of the General Data Protection Regulation (GDPR) I lodge a complaint about this organisation:
letter-complaint-request = On { $sent } I sent it a request for { $right }.
letter-complaint-late = It had to answer by { $due } at the latest (article 12(3) and (4)). I have had no answer that meets this duty.
letter-complaint-refused = It has refused what I asked for, in whole or in part. I think that this refusal has no ground in the law.
letter-complaint-reminded = I reminded it on { $what }.
letter-complaint-ask = Please look into this, order the organisation to do what I asked for (article 58(2)(c)), and keep me informed of the progress and the outcome (article 77(2)).
letter-complaint-enclosed = I enclose a copy of what I sent, and of what I got.
letter-complaint-known = The organisation knows me by:

letter-changed-subject = My details have changed
letter-changed = My details have changed. Please use these from now on:
letter-changed-ask = Please change them wherever you keep them (article 16 of the GDPR), and confirm it to me in a short message. Nothing else changes by this letter.
letter-change = { $field }: { $new } (until now: { $old })
letter-change-new = { $field }: { $new }

letter-end-subject = Notice to end my contract: { $what }
letter-end = I hereby end this contract on { $what }, or else on the first day after that on which it can end.
letter-withdraw-subject = Withdrawal from my contract: { $what }
letter-withdraw = I hereby withdraw from this contract, which began or begins on { $what }, within the cooling-off period.
letter-confirm = Please confirm this in writing within 14 days, with the last day of the contract. For what would fall due after that day I withdraw your mandate for direct debit.

letter-invitation-subject = Would you take my data from me, up to date?
letter-invitation = I keep my data in one place, a node of my own, with free software called regie. With it I tell each organisation what it needs to know, and see who has what. You do not take part yet. I would like you to.
letter-invitation-means = What it would bring the two of us:
letter-invitation-current = when something of mine changes, such as my address, you know at once, without a form or a letter;
letter-invitation-asked = you ask for what you need, with the purpose, and get it if I agree;
letter-invitation-proof = what I allowed and what you received is signed, so that both of us can show it;
letter-invitation-requests = access, erasure and notice become messages with a receipt, and no longer letters that somebody has to read.
letter-invitation-where = What your side needs is a program called the companion. It is free, too, and runs on your own machines. It is described here: { $what }
letter-invitation-ask = Would you pass this on to whoever decides on such things, and tell me what you will do?
