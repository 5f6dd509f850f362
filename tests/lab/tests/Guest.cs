using System.Text.RegularExpressions;
using VirtMigration.Inventory;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>A guest of the lab, as virsh and the guest itself see it.</summary>
internal sealed class Guest(LabFixture lab, string name) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>The guest as the product lists it.</summary>
    public Task<VirtualMachine> ListedAsync() =>
        lab.Inventory.FindAsync(VmReference.Parse(name), other => other == name, CancellationToken.None);

    /// <summary>Its state on each host that knows it, or that does not answer.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StatesAsync()
    {
        IReadOnlyList<HostRegistration> hosts = lab.Registry.All();
        ToolResult[] results = await Task.WhenAll(hosts.Select(host => lab.VirshAsync(host.Name, "domstate", name)));
        Dictionary<string, string> states = [];
        foreach ((HostRegistration host, ToolResult result) in hosts.Zip(results))
        {
            bool unknown = result.Error.Contains("failed to get domain", StringComparison.Ordinal)
                || result.Error.Contains("Domain not found", StringComparison.Ordinal);
            if (!unknown)
            {
                states[host.Name] = result.Succeeded ? result.Output : result.Error;
            }
        }

        return states;
    }

    /// <summary>What virsh says of it; what fails is an error.</summary>
    public async Task<string> VirshAsync(string host, string command, params string[] arguments)
    {
        ToolResult result = await lab.VirshAsync(host, [command, name, .. arguments]);
        return result.Succeeded
            ? result.Output
            : throw new InvalidOperationException($"virsh {command} {name} on {host}: {result.Error}");
    }

    /// <summary>One line of its dominfo.</summary>
    public async Task<string> InfoAsync(string host, string line) =>
        Regex.Match(await VirshAsync(host, "dominfo"), $@"^{line}:\s*(.*?)\s*$", RegexOptions.Multiline).Groups[1].Value;

    /// <summary>The operation of its job on a host; null: it has none.</summary>
    public async Task<string?> JobAsync(string host)
    {
        ToolResult result = await lab.VirshAsync(host, "domjobinfo", name);
        Match operation = Regex.Match(result.Output, @"^Operation:\s*(.*?)\s*$", RegexOptions.Multiline);
        return operation.Success ? operation.Groups[1].Value : null;
    }

    /// <summary>Takes back what a test may have left on it: autostart, limits, and the record of a driver that was killed.</summary>
    public async Task ForgetAsync(string host)
    {
        await Task.WhenAll(VirshAsync(host, "autostart", "--disable"), VirshAsync(host, "migrate-setmaxdowntime", "300"), ReleaseAsync(host));
        IHypervisorHost opened = await lab.Hypervisor.ConnectAsync(lab.Registry.Find(host), CancellationToken.None);
        await opened.SetIntentAsync((await ListedAsync()).Uuid, null, CancellationToken.None);
    }

    /// <summary>Moves it to another host, before a test begins with it there; false: it did not go.</summary>
    public async Task<bool> MoveAsync(string from, string to) => (await lab.VirshAsync(
        from, "migrate", "--live", "--p2p", "--persistent", "--undefinesource", name, lab.Registry.Find(to).PeerUri)).Succeeded;

    /// <summary>Takes the limit off a migration that a test made slow, so that it can finish.</summary>
    public Task ReleaseAsync(string host) => VirshAsync(host, "migrate-setspeed", "8192");

    /// <summary>The guest finds all its memory as it wrote it.</summary>
    public async Task LostNothingAsync() => Assert.StartsWith("lost=0 ", await LabFixture.LabAsync("check", name), StringComparison.Ordinal);

    /// <summary>Waits until it runs on one host, the other does not know it, and the guest has found all its memory.</summary>
    public async Task RunsOnlyOnAsync(string host)
    {
        IReadOnlyDictionary<string, string> last = new Dictionary<string, string>();
        try
        {
            await Until.HoldsAsync(
                $"{name} runs on {host} and nowhere else",
                async () => (last = await StatesAsync()).Count == 1 && last.GetValueOrDefault(host) == "running");
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{error.Message} It is: {string.Join(", ", last.Select(pair => $"{pair.Key} {pair.Value}"))}", error);
        }

        await LostNothingAsync();
    }

    public async ValueTask DisposeAsync() => await LabFixture.LabAsync("destroy", name);
}
