package stint

import "slices"

// Role is what a member may do in a tenant.
type Role string

// The roles; Role.Right says what each may do.
const (
	RoleOwner      Role = "OWNER"
	RoleAdmin      Role = "ADMIN"
	RoleManager    Role = "MANAGER"
	RoleMember     Role = "MEMBER"
	RoleContractor Role = "CONTRACTOR"
	RoleAccountant Role = "ACCOUNTANT"
)

// Roles are all roles, from the one that may do most.
var Roles = []Role{RoleOwner, RoleAdmin, RoleManager, RoleAccountant, RoleMember, RoleContractor}

// Valid tells whether there is such a role.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// Reach is whose records a member reaches.
type Reach uint8

// The reaches, each within the next.
const (
	Nobodys Reach = iota
	Own
	Everybodys
)

// Area is what rights are given over: nouns that are seen or hidden together.
type Area uint8

// The areas.
const (
	// AreaWork is clients and projects: what time is logged on.
	AreaWork Area = iota
	// AreaPeople is contacts with their emails and addresses.
	AreaPeople
	// AreaMoney is whatever holds a rate or an amount: contracts, invoices, billables.
	AreaMoney
	// AreaTime is time entries.
	AreaTime
	// AreaTenant is the tenant itself.
	AreaTenant
	areas
)

// Right is what a member may do in one area.
type Right struct{ See, Change Reach }

// access is the one table of who may do what. Tokens can only take from it.
var access = map[Role][areas]Right{
	RoleOwner:      {AreaWork: all, AreaPeople: all, AreaMoney: all, AreaTime: all, AreaTenant: all},
	RoleAdmin:      {AreaWork: all, AreaPeople: all, AreaMoney: all, AreaTime: all, AreaTenant: all},
	RoleManager:    {AreaWork: all, AreaPeople: all, AreaMoney: all, AreaTime: all, AreaTenant: see},
	RoleAccountant: {AreaWork: see, AreaPeople: see, AreaMoney: see, AreaTime: see, AreaTenant: see},
	RoleMember:     {AreaWork: see, AreaPeople: see, AreaTime: {See: Everybodys, Change: Own}, AreaTenant: see},
	RoleContractor: {AreaWork: see, AreaTime: {See: Own, Change: Own}, AreaTenant: see},
}

var (
	see = Right{See: Everybodys}
	all = Right{See: Everybodys, Change: Everybodys}
)

// Right is what the role may do in an area; nothing, for a role that is none.
func (r Role) Right(a Area) Right { return access[r][a] }

// AreaOf is the area of a resource by its name in a path, such as "time-entries".
func AreaOf(resource string) (Area, bool) {
	a, ok := areaOf[resource]
	return a, ok
}

var areaOf = map[string]Area{
	"clients": AreaWork, "projects": AreaWork,
	"contacts": AreaPeople, "emails": AreaPeople, "addresses": AreaPeople,
	"contracts": AreaMoney, "invoices": AreaMoney, "billables": AreaMoney,
	"time-entries": AreaTime,
	"tenants":      AreaTenant,
}
