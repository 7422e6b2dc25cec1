//! The closed vocabulary: which fields there are, what each holds, and to which group and category it belongs. In: nothing.
//! Out: one list, sorted by path.
//!
//! Names follow schema.org (`Person`, `PostalAddress`), JSContact (RFC 9553) and the person identification data of the EUDI
//! wallet (`birth.*`, `document.*`, `name.familyAtBirth`: Implementing Regulation (EU) 2024/2977). The rest is what forms
//! ask for: energy companies (`connection.*`, EAN by GS1), banks (`bank.*`: the AMLD and the CRS), insurers (`insurance.*`,
//! `home.*`, `car.*`), schools (`child.*`, `education.*`), doctors (`care.*`), landlords (`rent.*`, `income.*`) and employers
//! (`work.*`). Several of a kind are groups of their own (decisions 48 and 61); a group never grows.

use super::kind::FieldKind::{
    self, Bic, Choice, Country, Date, Ean, Email, Iban, Language, LicencePlate, Money, NationalId, Number, PartialDate,
    PostalCode, Telephone, Text, Url, YesNo,
};

/// What the vocabulary says of one field.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The path, `address.postalCode`.
    pub path: &'static str,
    /// The closed group it belongs to.
    pub group: &'static str,
    /// The DPV personal-data category, as a compact IRI.
    pub category: &'static str,
    /// Special category or otherwise high risk: presets never allow it.
    pub sensitive: bool,
    /// What its values look like.
    pub kind: FieldKind,
}

const fn f(
    path: &'static str,
    group: &'static str,
    category: &'static str,
    sensitive: bool,
    kind: FieldKind,
) -> FieldInfo {
    FieldInfo { path, group, category, sensitive, kind }
}

/// A whole number.
pub(crate) const fn count(unit: &'static str, least: u32, most: u32) -> FieldKind {
    Number { unit, least, most, decimals: 0 }
}

/// How somebody works.
const WORK: FieldKind = Choice(&["permanent", "temporary", "agency", "self_employed", "retired", "none"]);
/// For how long a week.
const HOURS: FieldKind = Number { unit: "hours", least: 0, most: 80, decimals: 2 };

/// Groups that are several of a kind, in order: a second child, a second employer. Each is closed and has a name of its own, so
/// that whoever may know one of them knows nothing of the others (decision 61).
const SEVERAL: [&[&str]; 2] = [&["child", "child2", "child3", "child4"], &["work", "work2", "work3", "work4"]];

/// The groups that are of one kind with this one, and it among them; none where it is the only one of its kind.
#[must_use]
pub fn several(group: &str) -> &'static [&'static str] {
    SEVERAL.into_iter().find(|groups| groups.contains(&group)).unwrap_or_default()
}

/// Every field of version 1, sorted by path.
#[rustfmt::skip]
pub const VOCABULARY: &[FieldInfo] = &[
    f("address.country", "address", "pd:Country", false, Country),
    f("address.locality", "address", "pd:City", false, Text),
    f("address.postalCode", "address", "pd:PostalCode", false, PostalCode),
    f("address.region", "address", "pd:Region", false, Text),
    f("address.street", "address", "pd:Street", false, Text),
    f("bank.bic", "bank", "pd:FinancialAccount", true, Bic),
    f("bank.holder", "bank", "pd:FinancialAccount", true, Text),
    f("bank.name", "bank", "pd:FinancialAccount", true, Text),
    f("bank.politicallyExposed", "bank", "pd:Professional", true, YesNo),
    f("bank.savingsIban", "bank", "pd:BankAccount", true, Iban),
    f("bank.sourceOfIncome", "bank", "pd:Income", true, Choice(&["wages", "own_business", "pension", "benefit", "assets", "other"])),
    f("bank.taxCountry", "bank", "pd:Tax", true, Country),
    f("bank.taxNumber", "bank", "pd:Tax", true, Text),
    f("billingAddress.country", "billingAddress", "pd:Country", false, Country),
    f("billingAddress.locality", "billingAddress", "pd:City", false, Text),
    f("billingAddress.name", "billingAddress", "pd:Name", false, Text),
    f("billingAddress.postalCode", "billingAddress", "pd:PostalCode", false, PostalCode),
    f("billingAddress.street", "billingAddress", "pd:Street", false, Text),
    f("birth.country", "birth", "pd:BirthPlace", false, Country),
    f("birth.place", "birth", "pd:BirthPlace", false, Text),
    f("birthDate", "person", "pd:BirthDate", false, Date),
    f("business.iban", "business", "pd:BankAccount", true, Iban),
    f("business.name", "business", "pd:Professional", false, Text),
    f("business.registration", "business", "pd:Professional", false, Text),
    f("business.vat", "business", "pd:Tax", false, Text),
    f("car.firstRegistered", "car", "pd:CarOwned", false, PartialDate),
    f("car.fuel", "car", "pd:CarOwned", false, Choice(&["petrol", "diesel", "electric", "hybrid", "gas", "other"])),
    f("car.make", "car", "pd:CarOwned", false, Text),
    f("car.mileage", "car", "pd:VehicleUsage", false, count("km", 0, 500_000)),
    f("car.parked", "car", "pd:CarOwned", false, Choice(&["street", "driveway", "garage", "car_park"])),
    f("care.bloodType", "care", "pd:BloodType", true, Choice(&["0_neg", "0_pos", "a_neg", "a_pos", "b_neg", "b_pos", "ab_neg", "ab_pos"])),
    f("care.conditions", "care", "pd:MedicalHealth", true, Text),
    f("care.doctor", "care", "pd:HealthRecord", true, Text),
    f("care.height", "care", "pd:Height", true, count("cm", 30, 250)),
    f("care.medication", "care", "pd:Prescription", true, Text),
    f("care.pharmacy", "care", "pd:HealthRecord", true, Text),
    f("care.weight", "care", "pd:Health", true, count("kg", 1, 400)),
    f("child.birthDate", "child", "pd:Offspring", true, Date),
    f("child.name", "child", "pd:Offspring", true, Text),
    f("child.school", "child", "pd:Offspring", true, Text),
    f("child2.birthDate", "child2", "pd:Offspring", true, Date),
    f("child2.name", "child2", "pd:Offspring", true, Text),
    f("child2.school", "child2", "pd:Offspring", true, Text),
    f("child3.birthDate", "child3", "pd:Offspring", true, Date),
    f("child3.name", "child3", "pd:Offspring", true, Text),
    f("child3.school", "child3", "pd:Offspring", true, Text),
    f("child4.birthDate", "child4", "pd:Offspring", true, Date),
    f("child4.name", "child4", "pd:Offspring", true, Text),
    f("child4.school", "child4", "pd:Offspring", true, Text),
    f("children.count", "family", "pd:FamilyStructure", true, count("", 0, 20)),
    f("clothing.size", "preferences", "pd:Preference", false, Text),
    f("connection.electricityEan", "connection", "pd:HouseholdData", false, Ean),
    f("connection.feedIn", "connection", "pd:HouseholdData", false, count("kWh", 0, 1_000_000)),
    f("connection.gasEan", "connection", "pd:HouseholdData", false, Ean),
    f("connection.gasReading", "connection", "pd:HouseholdData", false, count("m\u{b3}", 0, 9_999_999)),
    f("connection.highTariff", "connection", "pd:HouseholdData", false, count("kWh", 0, 1_000_000)),
    f("connection.lowTariff", "connection", "pd:HouseholdData", false, count("kWh", 0, 1_000_000)),
    f("connection.meterNumber", "connection", "pd:HouseholdData", false, Text),
    f("connection.smartMeter", "connection", "pd:HouseholdData", false, YesNo),
    f("connection.solarPeak", "connection", "pd:HouseholdData", false, Number { unit: "kWp", least: 0, most: 100, decimals: 2 }),
    f("connection.supplier", "connection", "pd:ServiceConsumptionBehavior", false, Text),
    f("connection.waterReading", "connection", "pd:HouseholdData", false, count("m\u{b3}", 0, 9_999_999)),
    f("delivery.preference", "preferences", "pd:Preference", false, Text),
    f("deliveryAddress.country", "deliveryAddress", "pd:Country", false, Country),
    f("deliveryAddress.instructions", "deliveryAddress", "pd:Preference", false, Text),
    f("deliveryAddress.locality", "deliveryAddress", "pd:City", false, Text),
    f("deliveryAddress.name", "deliveryAddress", "pd:Name", false, Text),
    f("deliveryAddress.postalCode", "deliveryAddress", "pd:PostalCode", false, PostalCode),
    f("deliveryAddress.street", "deliveryAddress", "pd:Street", false, Text),
    f("document.authority", "identityDocument", "pd:OfficialID", true, Text),
    f("document.country", "identityDocument", "pd:OfficialID", true, Country),
    f("document.expires", "identityDocument", "pd:OfficialID", true, Date),
    f("document.issued", "identityDocument", "pd:OfficialID", true, Date),
    f("document.kind", "identityDocument", "pd:OfficialID", true, Choice(&["passport", "identity_card", "driving_licence", "residence_permit"])),
    f("document.number", "identityDocument", "pd:OfficialID", true, Text),
    f("drivingLicence.categories", "identityDocument", "pd:OfficialID", false, Text),
    f("drivingLicence.number", "identityDocument", "pd:OfficialID", true, Text),
    f("drivingLicence.since", "identityDocument", "pd:OfficialID", false, PartialDate),
    f("education.graduated", "education", "pd:EducationQualification", false, PartialDate),
    f("education.institution", "education", "pd:School", false, Text),
    f("education.level", "education", "pd:EducationQualification", false, Choice(&["primary", "secondary", "vocational", "bachelor", "master", "doctorate", "other"])),
    f("education.studentNumber", "education", "pd:UID", false, Text),
    f("email", "contact", "pd:EmailAddress", false, Email),
    f("emergencyContact.name", "emergencyContact", "pd:Relationship", true, Text),
    f("emergencyContact.relation", "emergencyContact", "pd:Relationship", true, Text),
    f("emergencyContact.telephone", "emergencyContact", "pd:Relationship", true, Telephone),
    f("employment.jobTitle", "employment", "pd:JobTitle", false, Text),
    f("employment.organization", "employment", "pd:CurrentEmployment", false, Text),
    f("energy.annualElectricity", "energy", "pd:HouseholdData", false, count("kWh", 0, 1_000_000)),
    f("energy.annualGas", "energy", "pd:HouseholdData", false, count("m\u{b3}", 0, 1_000_000)),
    f("energy.contractEnd", "energy", "pd:ServiceConsumptionBehavior", false, Date),
    f("energy.meterReading", "energy", "pd:HouseholdData", false, count("", 0, 999_999_999)),
    f("gender", "person", "pd:Gender", true, Choice(&["f", "m", "x"])),
    f("health.allergies", "health", "pd:Health", true, Text),
    f("health.diet", "health", "pd:DietaryPreference", true, Text),
    f("home.area", "home", "pd:HouseOwned", false, count("m\u{b2}", 5, 5_000)),
    f("home.built", "home", "pd:HouseOwned", false, PartialDate),
    f("home.energyLabel", "home", "pd:HouseOwned", false, Choice(&["a_plus", "a", "b", "c", "d", "e", "f", "g"])),
    f("home.heating", "home", "pd:HouseOwned", false, Choice(&["gas", "heat_pump", "district", "electric", "other"])),
    f("home.kind", "home", "pd:HouseOwned", false, Choice(&["apartment", "terraced", "corner", "semi_detached", "detached", "room", "houseboat", "other"])),
    f("home.roof", "home", "pd:HouseOwned", false, Choice(&["tiles", "flat", "thatched", "other"])),
    f("home.rooms", "home", "pd:HouseOwned", false, count("", 1, 50)),
    f("home.value", "home", "pd:HouseOwned", true, Money),
    f("household.homeType", "household", "pd:HouseOwned", false, Choice(&["owned", "rented", "shared", "other"])),
    f("household.size", "household", "pd:FamilyStructure", false, count("", 1, 99)),
    f("income.annual", "finance", "pd:Income", true, Money),
    f("income.assets", "income", "pd:FinancialStatus", true, Money),
    f("income.debts", "income", "pd:FinancialStatus", true, Money),
    f("income.monthlyNet", "income", "pd:Income", true, Money),
    f("insurance.claimFreeYears", "insurance", "pd:Insurance", false, count("", 0, 99)),
    f("insurance.contentsValue", "insurance", "pd:Ownership", true, Money),
    f("insurance.health", "insurance", "pd:Insurance", false, Text),
    f("insurance.healthNumber", "insurance", "pd:Insurance", true, Text),
    f("insurance.smoker", "insurance", "pd:Health", true, YesNo),
    f("language", "person", "pd:Language", false, Language),
    f("maritalStatus", "civil", "pd:MaritalStatus", true, Choice(&["single", "married", "registered_partnership", "cohabiting", "divorced", "widowed"])),
    f("name.called", "nameDetails", "pd:Name", false, Text),
    f("name.family", "name", "pd:LastName", false, Text),
    f("name.familyAtBirth", "nameDetails", "pd:LastName", false, Text),
    f("name.full", "name", "pd:Name", false, Text),
    f("name.given", "name", "pd:FirstName", false, Text),
    f("name.initials", "nameDetails", "pd:Name", false, Text),
    f("name.insertion", "nameDetails", "pd:LastName", false, Text),
    f("name.prefix", "nameDetails", "pd:Name", false, Text),
    f("name.pronouns", "nameDetails", "pd:Name", false, Text),
    f("nationalId", "identifiers", "pd:NationalIdentificationNumber", true, NationalId),
    f("nationality", "person", "pd:Nationality", true, Country),
    f("otherContact.channel", "otherContact", "pd:Preference", false, Choice(&["email", "telephone", "post", "message"])),
    f("otherContact.email", "otherContact", "pd:EmailAddress", false, Email),
    f("otherContact.telephone", "otherContact", "pd:TelephoneNumber", false, Telephone),
    f("payment.iban", "finance", "pd:BankAccount", true, Iban),
    f("rent.contract", "rent", "pd:HouseOwned", false, Choice(&["indefinite", "fixed_term"])),
    f("rent.landlord", "rent", "pd:HouseOwned", false, Text),
    f("rent.monthly", "rent", "pd:FinancialStatus", true, Money),
    f("rent.since", "rent", "pd:HouseOwned", false, Date),
    f("residence.status", "civil", "pd:OfficialID", true, Choice(&["citizen", "eu_citizen", "permanent", "temporary", "other"])),
    f("telephone", "contact", "pd:TelephoneNumber", false, Telephone),
    f("travel.card", "travel", "pd:UID", false, Text),
    f("url", "contact", "pd:Contact", false, Url),
    f("vehicle.licensePlate", "vehicle", "pd:VehicleLicenseNumber", false, LicencePlate),
    f("work.contract", "work", "pd:CurrentEmployment", false, WORK),
    f("work.employeeNumber", "work", "pd:UID", false, Text),
    f("work.hours", "work", "pd:CurrentEmployment", false, HOURS),
    f("work.pensionFund", "work", "pd:CurrentEmployment", true, Text),
    f("work.salary", "work", "pd:Salary", true, Money),
    f("work.since", "work", "pd:CurrentEmployment", false, Date),
    f("work.taxCredit", "work", "pd:Tax", true, YesNo),
    f("work2.contract", "work2", "pd:CurrentEmployment", false, WORK),
    f("work2.employeeNumber", "work2", "pd:UID", false, Text),
    f("work2.hours", "work2", "pd:CurrentEmployment", false, HOURS),
    f("work2.jobTitle", "work2", "pd:JobTitle", false, Text),
    f("work2.organization", "work2", "pd:CurrentEmployment", false, Text),
    f("work2.pensionFund", "work2", "pd:CurrentEmployment", true, Text),
    f("work2.salary", "work2", "pd:Salary", true, Money),
    f("work2.since", "work2", "pd:CurrentEmployment", false, Date),
    f("work2.taxCredit", "work2", "pd:Tax", true, YesNo),
    f("work3.contract", "work3", "pd:CurrentEmployment", false, WORK),
    f("work3.employeeNumber", "work3", "pd:UID", false, Text),
    f("work3.hours", "work3", "pd:CurrentEmployment", false, HOURS),
    f("work3.jobTitle", "work3", "pd:JobTitle", false, Text),
    f("work3.organization", "work3", "pd:CurrentEmployment", false, Text),
    f("work3.pensionFund", "work3", "pd:CurrentEmployment", true, Text),
    f("work3.salary", "work3", "pd:Salary", true, Money),
    f("work3.since", "work3", "pd:CurrentEmployment", false, Date),
    f("work3.taxCredit", "work3", "pd:Tax", true, YesNo),
    f("work4.contract", "work4", "pd:CurrentEmployment", false, WORK),
    f("work4.employeeNumber", "work4", "pd:UID", false, Text),
    f("work4.hours", "work4", "pd:CurrentEmployment", false, HOURS),
    f("work4.jobTitle", "work4", "pd:JobTitle", false, Text),
    f("work4.organization", "work4", "pd:CurrentEmployment", false, Text),
    f("work4.pensionFund", "work4", "pd:CurrentEmployment", true, Text),
    f("work4.salary", "work4", "pd:Salary", true, Money),
    f("work4.since", "work4", "pd:CurrentEmployment", false, Date),
    f("work4.taxCredit", "work4", "pd:Tax", true, YesNo),
    f("workAddress.country", "workAddress", "pd:Country", false, Country),
    f("workAddress.locality", "workAddress", "pd:City", false, Text),
    f("workAddress.name", "workAddress", "pd:CurrentEmployment", false, Text),
    f("workAddress.postalCode", "workAddress", "pd:PostalCode", false, PostalCode),
    f("workAddress.street", "workAddress", "pd:Street", false, Text),
    f("workContact.email", "workContact", "pd:EmailAddress", false, Email),
    f("workContact.telephone", "workContact", "pd:TelephoneNumber", false, Telephone),
];
