using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads which of the host's CPUs the threads of a VM may use (formatdomain, <c>cputune</c> and <c>vcpu/@cpuset</c>).</summary>
internal static class PinningXml
{
    /// <summary>The vCPUs that are online, ascending. The others have no thread to pin.</summary>
    /// <param name="domain">The definition.</param>
    public static IReadOnlyList<int> OnlineVCpus(XElement domain) => domain.Element("vcpus") is { } vcpus
        ? [.. vcpus.Elements("vcpu").Where(vcpu => vcpu.Text("enabled") == "yes").Select(vcpu => Id(vcpu, "id")).Order()]
        : [.. Enumerable.Range(0, OnlineCount(domain))];

    /// <summary>How many vCPUs are online.</summary>
    /// <param name="domain">The definition.</param>
    public static int OnlineCount(XElement domain) =>
        domain.Element("vcpu").Number("current") ?? XmlAttributes.Number(domain.Element("vcpu")?.Value ?? "1");

    /// <summary>The vCPUs that there can be, online or not, ascending.</summary>
    /// <param name="domain">The definition.</param>
    public static IEnumerable<int> AllVCpus(XElement domain) =>
        Enumerable.Range(0, XmlAttributes.Number(domain.Element("vcpu")?.Value ?? "1"));

    /// <summary>The vCPUs online that may run only on some CPUs.</summary>
    /// <param name="domain">The definition.</param>
    public static IReadOnlyList<CpuPin> VCpus(XElement domain) => VCpus(domain, OnlineVCpus(domain));

    /// <summary>Those of some vCPUs that may run only on some CPUs, as soon as they are online.</summary>
    /// <param name="domain">The definition.</param>
    /// <param name="ids">The vCPUs.</param>
    public static IReadOnlyList<CpuPin> VCpus(XElement domain, IEnumerable<int> ids) => Pins(domain, ids, "vcpupin", "vcpu");

    /// <summary>The I/O threads that may run only on some CPUs.</summary>
    /// <param name="domain">The definition.</param>
    public static IReadOnlyList<CpuPin> IoThreads(XElement domain) => Pins(domain, IoThreadIds(domain), "iothreadpin", "iothread");

    /// <summary>The CPUs that QEMU's other threads may use; null: all.</summary>
    /// <param name="domain">The definition.</param>
    public static IReadOnlyList<int>? Emulator(XElement domain) =>
        domain.Element("cputune")?.Element("emulatorpin").Text("cpuset") is { } cpuset ? CpuSet.Parse(cpuset) : ForAll(domain);

    /// <summary>Where the set stands that holds for every thread without a pin of its own; null: there is none, or it is
    /// ignored.</summary>
    /// <param name="domain">The definition.</param>
    public static XAttribute? SetForAll(XElement domain) =>
        domain.Element("vcpu") is { } vcpu && vcpu.Text("placement") != "auto" ? vcpu.Attribute("cpuset") : null;

    /// <summary>The I/O threads. Ids that are not stated are the lowest free ones from 1 (formatdomain, "iothreadids").</summary>
    /// <param name="domain">The definition.</param>
    public static IReadOnlySet<int> IoThreadIds(XElement domain)
    {
        int count = domain.Element("iothreads") is { } element ? XmlAttributes.Number(element.Value) : 0;
        SortedSet<int> ids = [.. (domain.Element("iothreadids")?.Elements("iothread") ?? []).Select(thread => Id(thread, "id"))];
        for (int id = 1; ids.Count < count; id++)
        {
            _ = ids.Add(id);
        }

        return ids;
    }

    private static List<CpuPin> Pins(XElement domain, IEnumerable<int> ids, string element, string attribute)
    {
        IReadOnlyList<int>? forAll = ForAll(domain);
        Dictionary<int, IReadOnlyList<int>> own = [];
        foreach (XElement pin in domain.Element("cputune")?.Elements(element) ?? [])
        {
            own[Id(pin, attribute)] = CpuSet.Parse(pin.Text("cpuset") ?? string.Empty);
        }

        List<CpuPin> pins = [];
        foreach (int id in ids)
        {
            if ((own.GetValueOrDefault(id) ?? forAll) is { } cpus)
            {
                pins.Add(new(id, cpus));
            }
        }

        return pins;
    }

    // What holds for every thread without a pin of its own. With placement='auto' numad chooses at each start, on the destination
    // anew, and a cpuset beside it is ignored.
    private static IReadOnlyList<int>? ForAll(XElement domain) =>
        SetForAll(domain) is { } cpuset ? CpuSet.Parse(cpuset.Value) : null;

    private static int Id(XElement element, string attribute) =>
        element.Number(attribute) ?? throw new FormatException($"The VM definition holds a {element.Name} without {attribute}.");
}
