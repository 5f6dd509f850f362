using Newtonsoft.Json.Linq;
using VirtMigration.Evacuation;
using VirtMigration.Ports;
using VirtMigration.State;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class MaintenanceCatalogTests : IDisposable
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(1));
    private static readonly ShellProcess s_shell = new("ops1", 4711, "m");

    private readonly TemporaryFolder _folder = new();
    private readonly ClusterFile _file;
    private readonly MaintenanceCatalog _catalog;

    public MaintenanceCatalogTests()
    {
        _file = new(_folder.Path);
        _catalog = new(_file);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_record_is_read_as_it_was_written()
    {
        _catalog.SavePlan("h1", Plan(), "alice@ops1", s_noon);
        _catalog.Enter("h1", "alice@ops1", s_shell, "new disks", s_noon);
        _catalog.Moved("h1", Moved(1, "h2"));
        HostMaintenance written = _catalog.Finish("h1", [Left(2)], s_noon.AddMinutes(5));
        HostMaintenance read = Assert.Single(new MaintenanceCatalog(new ClusterFile(_folder.Path)).All());
        Assert.Equal(
            ("h1", HostMaintenanceState.Evacuating, "alice@ops1", s_shell, s_noon, "new disks"),
            (read.Host, read.State, read.Operator, read.Shell, read.Since, read.Reason));
        Assert.Equal([Moved(1, "h2")], Assert.IsType<MovedVm[]>(read.Moved));
        Assert.Equal([Left(2)], Assert.IsType<VmLeftOver[]>(read.Left));
        Assert.Equal(TimeSpan.FromMinutes(7.5), read.Plan!.Total);
        Assert.Equal(["h2", "h3"], Assert.IsType<string[]>(read.Plan.Destinations));
        Assert.Equal(Plan().Moves, Assert.IsType<SavedMove[]>(read.Plan.Moves));
        Assert.Equal(written.Since.Offset, read.Since.Offset);
        JToken stored = Stored()[0]!;
        Assert.Equal(("Evacuating", "2026-11-21T12:00:00+01:00", "00:07:30"), ((string)stored["state"]!, Raw("since"), (string)stored["plan"]!["total"]!));
    }

    [Fact]
    public void What_this_version_does_not_know_is_kept()
    {
        _catalog.Enter("h1", "alice@ops1", s_shell, null, s_noon);
        File.WriteAllText(_file.FilePath, File.ReadAllText(_file.FilePath).Replace("\"host\": \"h1\"", "\"host\": \"h1\", \"ticket\": \"2026-11-21T00:00:00Z\"", StringComparison.Ordinal));
        _catalog.Moved("h1", Moved(1, "h2"));
        Assert.Contains("\"ticket\": \"2026-11-21T00:00:00Z\"", File.ReadAllText(_file.FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_alone_closes_nothing_and_is_kept_by_a_host_on_its_way()
    {
        Assert.False(_catalog.SavePlan("h1", Plan(), "alice@ops1", s_noon).Closed());
        Assert.True(_catalog.Enter("H1", "bob@ops2", s_shell, null, s_noon.AddHours(1)).Closed());
        HostMaintenance planned = _catalog.SavePlan("h1", Plan() with { Operator = "carol@ops3" }, "carol@ops3", s_noon.AddHours(2));
        Assert.Equal((HostMaintenanceState.Evacuating, "bob@ops2", "carol@ops3"), (planned.State, planned.Operator, planned.Plan!.Operator));
        Assert.Equal(s_noon.AddHours(1), planned.Since);
        Assert.Single(_catalog.All());
    }

    [Fact]
    public void A_run_that_did_not_finish_is_gone_on_with()
    {
        _catalog.Enter("h1", "alice@ops1", s_shell, "new disks", s_noon);
        _catalog.Moved("h1", Moved(1, "h2"));
        _catalog.Moved("h1", Moved(2, "h2"));
        _catalog.Finish("h1", [Left(3)], s_noon.AddHours(1));
        HostMaintenance again = _catalog.Enter("h1", "bob@ops2", new("ops2", 5, null), null, s_noon.AddHours(2));
        Assert.Equal((s_noon, "bob@ops2", "new disks"), (again.Since, again.Operator, again.Reason));
        Assert.Equal(2, again.Moved.Count);
        Assert.Empty(again.Left);
        _catalog.Moved("h1", Moved(1, "h3"));
        HostMaintenance done = _catalog.Finish("h1", [], s_noon.AddHours(3));
        Assert.Equal((HostMaintenanceState.InMaintenance, s_noon), (done.State, done.Since));
        Assert.Equal(["vm2 -> h2", "vm1 -> h3"], done.Moved.Select(one => one.ToString()));
    }

    [Fact]
    public void Who_is_brought_back_stays_on_the_list_until_he_is()
    {
        _catalog.Enter("h1", "alice@ops1", s_shell, null, s_noon);
        _catalog.Moved("h1", Moved(1, "h2"));
        _catalog.Moved("h1", Moved(2, "h2"));
        _catalog.Finish("h1", [], s_noon);
        HostMaintenance back = _catalog.BringBack("h1", "bob@ops2", s_shell, s_noon.AddHours(1));
        Assert.False(back.Closed());
        Assert.Equal((HostMaintenanceState.BringingBack, 2, s_noon.AddHours(1)), (back.State, back.Moved.Count, back.Since));
        Assert.Equal([Given.Id(2)], _catalog.Strike("h1", [Given.Id(1)])!.Moved.Select(one => one.Uuid));
        Assert.Equal(s_noon.AddHours(1), _catalog.BringBack("h1", "bob@ops2", s_shell, s_noon.AddHours(2)).Since);
        Assert.Null(_catalog.Strike("h1", [Given.Id(2)]));
        Assert.Null(_catalog.Find("h1"));
    }

    [Fact]
    public void A_host_in_maintenance_keeps_its_record_when_the_list_is_empty()
    {
        _catalog.Enter("h1", "alice@ops1", s_shell, null, s_noon);
        Assert.NotNull(_catalog.Strike("h1", []));
        Assert.NotNull(_catalog.Find("h1"));
    }

    [Fact]
    public void An_end_gives_what_was_there_and_touches_no_other_host()
    {
        _catalog.Enter("h1", "alice@ops1", s_shell, null, s_noon);
        _catalog.Enter("h2", "alice@ops1", s_shell, null, s_noon);
        _catalog.Moved("h1", Moved(1, "h3"));
        Assert.Equal("vm1", Assert.Single(_catalog.End("H1").Moved).VM);
        Assert.Equal("h2", Assert.Single(_catalog.All()).Host);
    }

    [Fact]
    public void What_needs_a_record_says_where_there_is_none()
    {
        foreach (Action ask in (Action[])[() => _catalog.End("h1"), () => _catalog.Moved("h1", Moved(1, "h2")), () => _catalog.Finish("h1", [], s_noon), () => _catalog.Strike("h1", []),
            () => _catalog.BringBack("h1", "a@b", s_shell, s_noon)])
        {
            VirtMigrationException error = Assert.Throws<VirtMigrationException>(ask);
            Assert.Equal(("HostNotInMaintenance", "h1"), (error.ErrorId, error.Target));
            Assert.Contains("Get-VmHostMaintenance", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(_file.FilePath));
    }

    [Fact]
    public void A_host_that_is_unregistered_takes_its_record_along_and_one_that_is_registered_anew_keeps_it()
    {
        HostRegistry registry = new(_file);
        foreach (string name in (string[])["h1", "h2"])
        {
            registry.Register(Given.Registration(name), replace: false);
            _catalog.Enter(name, "alice@ops1", s_shell, null, s_noon);
        }

        registry.Register(Given.Registration("h1") with { LinkSpeed = null }, replace: true);
        Assert.NotNull(_catalog.Find("h1"));
        registry.Unregister("H1");
        Assert.Equal("h2", Assert.Single(_catalog.All()).Host);
    }

    [Theory]
    [InlineData("""{"host":" ","state":"Planned","operator":"a@b","since":"2026-11-21T10:00:00Z"}""", "lacks its host or operator")]
    [InlineData("""{"host":"h1","state":"Planned","operator":"","since":"2026-11-21T10:00:00Z"}""", "lacks its host or operator")]
    [InlineData("""{"host":"h1","state":7,"operator":"a@b","since":"2026-11-21T10:00:00Z"}""", "has the state 7")]
    [InlineData("""{"host":"h1","state":"Planned","operator":"a@b","since":"2026-11-21T10:00:00Z"},{"host":"H1","state":"Planned","operator":"a@b","since":"2026-11-21T10:00:00Z"}""", "is there twice")]
    [InlineData("""{"host":"h1","state":"Planned","operator":"a@b","since":"2026-11-21T10:00:00Z","moved":[{"vm":"a","to":"h2"}]}""", "moved VM that lacks")]
    [InlineData("""{"host":"h1","state":"Planned","operator":"a@b","since":"2026-11-21T10:00:00Z","left":[{"uuid":"00000065-0000-0000-0000-000000000000"}]}""", "left VM that lacks")]
    [InlineData("""{"host":"h1","state":"Planned","operator":"a@b","since":"2026-11-21T10:00:00Z","plan":{}}""", "has a plan")]
    [InlineData("""{"host":"h1","state":"Planned","operator":"a@b"}""", "since")]
    [InlineData("""{"host":"h1","state":"Planned","operator":"a@b","since":"yesterday"}""", "yesterday")]
    [InlineData("null", "lacks its host")]
    public void A_record_that_somebody_broke_is_told_and_left_as_it_is(string record, string says)
    {
        string text = $$"""{"schemaVersion":1,"maintenances":[{{record}}]}""";
        File.WriteAllText(_file.FilePath, text);
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => _catalog.All());
        Assert.Equal("ClusterFileCorrupt", error.ErrorId);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_file.FilePath));
    }

    [Fact]
    public void A_record_of_a_host_that_is_not_registered_is_read()
    {
        File.WriteAllText(_file.FilePath, """{"schemaVersion":1,"maintenances":[{"host":"gone","state":"inMaintenance","operator":"a@b","since":"2026-11-21T10:00:00Z"}]}""");
        Assert.Equal(HostMaintenanceState.InMaintenance, _catalog.Find("gone")!.State);
    }

    private JArray Stored() => (JArray)JObject.Parse(File.ReadAllText(_file.FilePath))["maintenances"]!;

    private string Raw(string name) => File.ReadAllText(_file.FilePath).Split($"\"{name}\": \"")[1].Split('"')[0];

    private static MovedVm Moved(int vm, string to) => new($"vm{vm}", Given.Id(vm), to, s_noon, Stopped: false);

    private static VmLeftOver Left(int vm) => new($"vm{vm}", Given.Id(vm), "NoRoom", "There is no room.", "Make some.");

    private static SavedEvacuation Plan() => new()
    {
        MadeAt = s_noon,
        Operator = "alice@ops1",
        Destinations = ["h2", "h3"],
        Moves = [new("vm1", Given.Id(1), "h2", false)],
        Left = [Left(2)],
        Total = TimeSpan.FromMinutes(7.5),
    };
}
