using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>The lab, and the product's parts put together on it as a shell does. If the lab does not come up, every test fails.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    // All guests of these tests begin with it: other suites have theirs in the same lab.
    private const string OurGuests = "lt-";

    // The usual guest; see BusyGuestAsync.
    private const string Usual = "a";

    private static readonly string s_lab = Path.Combine(
        typeof(LabFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "LabFolder").Value!, "lab");

    internal IHypervisor Hypervisor { get; } = LibvirtHypervisor.Create();

    internal HostRegistry Registry { get; private set; } = null!;

    internal string ClusterFolder { get; private set; } = string.Empty;

    internal InventoryReader Inventory => new(Hypervisor, Registry);

    internal PlanMaker PlanMaker => new(Hypervisor, Registry, "tester@lab");

    internal MigrationOwnership Ownership => new(new LeaseFolder(ClusterFolder), new LocalShells(), TimeProvider.System);

    internal ISlotLocks SlotLocks => new SlotFolder(ClusterFolder);

    internal MigrationLister Lister => new(Hypervisor, TimeProvider.System, Ownership);

    internal MigrationWatcher Watcher => new(Hypervisor, Lister, TimeProvider.System);

    internal MigrationStopper Stopper => new(Hypervisor, Registry);

    internal MigrationResumer Resumer => new(Hypervisor, Registry, null, TimeProvider.System, "tester@lab");

    internal static MigrationRunner Runner => new(TimeProvider.System);

    public async Task InitializeAsync()
    {
        await LabAsync("up");
        ClusterFolder = Regex.Match(await LabAsync("env"), "^export VIRTMIGRATION_HOME=(.+)$", RegexOptions.Multiline).Groups[1].Value;
        Registry = new(new ClusterFile(ClusterFolder));
        await DestroyOursAsync();
    }

    public async Task DisposeAsync()
    {
        await LabAsync("up");
        await DestroyOursAsync();
    }

    /// <summary>Runs a command of the lab's script; what fails is an error with what the script said.</summary>
    internal static async Task<string> LabAsync(params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync(s_lab, arguments);
        return result.Succeeded
            ? result.Output
            : throw new InvalidOperationException($"lab {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Output}\n{result.Error}");
    }

    /// <summary>virsh on a host: another operator, and a witness that is not the product.</summary>
    internal Task<ToolResult> VirshAsync(string host, params string[] arguments) =>
        Tool.RunAsync("virsh", ["-q", "-c", Registry.Find(host).ConnectUri, .. arguments]);

    internal Process StartVirsh(string host, params string[] arguments) =>
        Tool.Start("virsh", ["-q", "-c", Registry.Find(host).ConnectUri, .. arguments]);

    /// <summary>The other host of the distribution's generation.</summary>
    internal static string Other(string host) => host == "h1" ? "h2" : "h1";

    /// <summary>A running guest that several tests use in turn, on whatever host the last one left it, or moved to the host that is asked
    /// for. One that is not as a test expects it is replaced.</summary>
    internal async Task<Guest> GuestAsync(string name, string? host = null, params string[] options)
    {
        Guest guest = new(this, OurGuests + name);
        IReadOnlyDictionary<string, string> states = await guest.StatesAsync();
        string? found = states.Count == 1 && states.Values.Single() == "running" ? states.Keys.Single() : null;
        if (found is null || await guest.JobAsync(found) is not null)
        {
            return await NewGuestAsync(name, host ?? "h1", options);
        }

        await guest.ForgetAsync(found);
        return host is null || host == found || await guest.MoveAsync(found, host) ? guest : await NewGuestAsync(name, host, options);
    }

    /// <summary>A guest that nothing was done to.</summary>
    internal async Task<Guest> NewGuestAsync(string name, string host, params string[] options)
    {
        Guest guest = new(this, OurGuests + name);
        await LabAsync("destroy", guest.Name);
        await LabAsync(["vm", guest.Name, "--on", host, .. options]);
        return guest;
    }

    /// <summary>The usual guest: some 100 MiB of it are to be sent, so that a limit of 4 MiB/s leaves a test half a minute in the first
    /// pass, however busy the machine; and it writes 20 MiB/s, so that it does not end with the pass.</summary>
    internal Task<Guest> BusyGuestAsync(string name = Usual, string? host = null) => GuestAsync(name, host, "--dirty", "20MiB/s");

    /// <summary>A plan for moving a guest to the other host.</summary>
    internal async Task<MigrationRun> PlanAsync(Guest guest, PlanOptions options)
    {
        VirtualMachine vm = await guest.ListedAsync();
        return await PlanMaker.MakeAsync(vm, options with { Destination = options.Destination ?? Other(vm.Host) }, CancellationToken.None);
    }

    internal async Task<VmMigration?> ListedMigrationAsync(Guest guest)
    {
        (IReadOnlyList<VmMigration> all, _) = await Lister.ListAsync(Registry.All(), CancellationToken.None);
        return all.SingleOrDefault(one => one.VM == guest.Name);
    }

    /// <summary>Starts this assembly as a program that drives a migration; see <see cref="Driver"/>.</summary>
    internal Process StartDriver(params string[] arguments) => StartDriverOf(ClusterFolder, arguments);

    /// <summary>The same for an operator with a cluster file of his own.</summary>
    internal static Process StartDriverOf(string clusterFolder, params string[] arguments) =>
        Tool.Start("dotnet", ["exec", typeof(LabFixture).Assembly.Location, clusterFolder, .. arguments], takesInput: true);

    /// <summary>A figure from a line of <c>name=value</c> words.</summary>
    internal static int Figure(string line, string name) =>
        int.Parse(Regex.Match(line, $@"\b{name}=(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>Removes all guests of these tests: a host must have none when it gets another shape.</summary>
    internal Task DestroyOursAsync() => DestroyAsync(_ => true);

    /// <summary>Removes all guests of these tests but the usual one: each takes a quarter of a CPU, also when no test uses it.</summary>
    internal Task DestroyUnusualAsync() => DestroyAsync(name => name != OurGuests + Usual);

    private async Task DestroyAsync(Func<string, bool> condition)
    {
        HashSet<string> ours = [];
        foreach (HostRegistration host in Registry.All())
        {
            ToolResult list = await VirshAsync(host.Name, "list", "--all", "--name");
            ours.UnionWith(list.Output.Split('\n').Where(name => name.StartsWith(OurGuests, StringComparison.Ordinal) && condition(name)));
        }

        foreach (string name in ours)
        {
            await LabAsync("destroy", name);
        }
    }
}
