using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>The schedule as a child of the intent record, its steps as policies write them.
/// <c>&lt;schedule downtime="100" interval="10000"&gt;&lt;step&gt;pass 2: downtime 150 ms&lt;/step&gt;&lt;deadline timeout="yes"&gt;after 90 s: abort&lt;/deadline&gt;&lt;/schedule&gt;</c></summary>
internal static class ScheduleIntentXml
{
    private const string ElementName = "schedule";
    private const string StepName = "step";
    private const string DeadlineName = "deadline";
    private const string TimeoutName = "timeout";
    private const string Yes = "yes";

    /// <summary>The element; null where there is nothing to write.</summary>
    /// <param name="schedule">The schedule.</param>
    public static XElement? Write(ScheduleIntent? schedule) => schedule is null ? null : new(
        ElementName,
        new XAttribute("downtime", Milliseconds(schedule.InitialDowntime)),
        new XAttribute("interval", Milliseconds(schedule.StepInterval)),
        schedule.SpeedBefore is { } speed ? new XAttribute("speed", speed.ToExactString()) : null,
        schedule.SwitchoverToldByMonitor ? new XAttribute("monitor", Yes) : null,
        schedule.Steps.Select(step => new XElement(StepName, step.ToString())),
        schedule.Deadlines.Select(step => new XElement(
            DeadlineName,
            step == schedule.Timeout ? new XAttribute(TimeoutName, Yes) : null,
            step.ToString())));

    /// <summary>Reads the child; null where there is none, or a part of it cannot be understood: half a schedule is worse than
    /// none.</summary>
    /// <param name="intent">The intent record's element.</param>
    public static ScheduleIntent? Read(XElement intent)
    {
        if (intent.Elements().FirstOrDefault(one => one.Name.LocalName == ElementName) is not { } element
            || Duration(element.Attribute("downtime")) is not { } downtime
            || Duration(element.Attribute("interval")) is not { } interval)
        {
            return null;
        }

        try
        {
            return new()
            {
                InitialDowntime = downtime,
                StepInterval = interval,
                Steps = Steps(element, StepName),
                Deadlines = Steps(element, DeadlineName),
                Timeout = Children(element, DeadlineName)
                    .Where(child => child.Attribute(TimeoutName)?.Value == Yes)
                    .Select(child => ConvergenceStep.Parse(child.Value))
                    .FirstOrDefault(),
                SpeedBefore = element.Attribute("speed")?.Value is { } speed ? Bandwidth.Parse(speed) : null,
                SwitchoverToldByMonitor = element.Attribute("monitor")?.Value == Yes,
            };
        }
        catch (VirtMigrationException)
        {
            return null;
        }
    }

    private static ConvergenceStep[] Steps(XElement schedule, string name) =>
        [.. Children(schedule, name).Select(child => ConvergenceStep.Parse(child.Value))];

    private static IEnumerable<XElement> Children(XElement schedule, string name) => schedule.Elements().Where(child => child.Name.LocalName == name);

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private static TimeSpan? Duration(XAttribute? attribute) =>
        int.TryParse(attribute?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}
