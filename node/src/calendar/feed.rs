//! Dates as iCalendar (RFC 5545), for other calendars to show. In: events of whole days. Out: text that is the same as long as
//! they are: identifiers and stamps come from what the events are of, and not from when they are asked for.

use calcard::{
    common::PartialDateTime,
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarParameter, ICalendarParameterName,
        ICalendarParameterValue, ICalendarProperty, ICalendarValue, ICalendarValueType,
    },
};
use regie_protocol::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp, calendar::Date};

/// Something on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is, for ever: calendars know it again by this.
    pub id: String,
    /// When.
    pub on: Date,
    /// What, in one line.
    pub title: String,
    /// More of it.
    pub about: String,
    /// When what it is of was last changed.
    pub changed: Timestamp,
}

/// A calendar of these, in their order.
#[must_use]
pub fn feed(name: &str, events: &[Event]) -> String {
    let text = |text: &str| ICalendarValue::Text(text.to_owned());
    let mut whole = ICalendarComponent::new(ICalendarComponentType::VCalendar);
    whole.add_property(ICalendarProperty::Version, text("2.0"));
    whole.add_property(ICalendarProperty::Prodid, text("-//regie//contracts//EN"));
    whole.add_property(ICalendarProperty::Name, text(name));
    let mut components = vec![whole];
    for event in events {
        let number = u32::try_from(components.len()).unwrap_or(u32::MAX);
        components.push(component(event));
        if let Some(whole) = components.first_mut() {
            whole.component_ids.push(number);
        }
    }
    ICalendar { components }.to_string()
}

fn component(event: &Event) -> ICalendarComponent {
    let text = |text: &str| ICalendarValue::Text(text.to_owned());
    let mut of = ICalendarComponent::new(ICalendarComponentType::VEvent);
    of.add_uid(&event.id);
    of.add_dtstamp(stamp(event.changed));
    let days = [(ICalendarProperty::Dtstart, event.on), (ICalendarProperty::Dtend, event.on.plus_days(1))];
    for (name, date) in days {
        let value = ICalendarParameterValue::Value(ICalendarValueType::Date);
        let whole_day = ICalendarParameter::new(ICalendarParameterName::Value, value);
        of.add_property_with_params(name, [whole_day], ICalendarValue::PartialDateTime(Box::new(day(date))));
    }
    of.add_property(ICalendarProperty::Summary, text(&event.title));
    if !event.about.is_empty() {
        of.add_property(ICalendarProperty::Description, text(&event.about));
    }
    // It takes nobody's time.
    of.add_property(ICalendarProperty::Transp, text("TRANSPARENT"));
    of
}

fn day(date: Date) -> PartialDateTime {
    PartialDateTime {
        year: u16::try_from(date.year()).ok(),
        month: Some(date.month()),
        day: Some(date.day()),
        ..PartialDateTime::default()
    }
}

fn stamp(at: Timestamp) -> PartialDateTime {
    let small = |of: u64| u8::try_from(of).ok();
    let of_day = at.0 % DAY_MS;
    PartialDateTime {
        hour: small(of_day / HOUR_MS),
        minute: small(of_day % HOUR_MS / MINUTE_MS),
        second: small(of_day % MINUTE_MS / 1_000),
        tz_hour: Some(0),
        tz_minute: Some(0),
        ..day(Date::of(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_the_same_until_what_it_is_of_changes() {
        let event = Event {
            id: "0102-notice@regie".into(),
            on: "2027-03-03".parse().expect("a date"),
            title: "Opzeggen: Stroom; \"groen\", 1 jaar".into(),
            about: "Uiterlijk vandaag ontvangen\ndan eindigt het op 3 april 2027.".into(),
            changed: Timestamp(1_800_000_000_123),
        };
        let text = feed("Contracten", std::slice::from_ref(&event));
        assert_eq!(text, feed("Contracten", std::slice::from_ref(&event)));
        let wanted = [
            "BEGIN:VCALENDAR\r\n",
            "VERSION:2.0\r\n",
            "UID:0102-notice@regie\r\n",
            "DTSTAMP:20270115T080000Z\r\n",
            "DTSTART;VALUE=DATE:20270303\r\n",
            "DTEND;VALUE=DATE:20270304\r\n",
            "SUMMARY:Opzeggen: Stroom\\; \"groen\"\\, 1 jaar\r\n",
            "\\ndan eindigt",
            "END:VCALENDAR\r\n",
        ];
        for line in wanted {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(feed("Contracten", &[]).ends_with("END:VCALENDAR\r\n"));
    }
}
